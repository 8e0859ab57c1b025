/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Which security association decrypted a packet, read from its sec_path, so that "the correct
 * inbound SA" (D.1) is known by its SPI, and a packet in clear by the lack of one (H3, H9).
 * In a tunnel the phone's address is whatever its home network gives out, and two homes have the
 * same: such a phone is where its tunnel comes from, to which gm_front holds the SPI (H24).
 * The kernel lets cgroup programs read it since 6.12 or so (not on 6.1): gm_inside is compiled with
 * GM_SEC_PATH and without.
 */
#ifndef GMGUARD_BPF_OPENED_H
#define GMGUARD_BPF_OPENED_H

#include "esp.h"
#include "verdict.h"

#ifdef GM_SEC_PATH

#ifdef __bpf__

#include <bpf/bpf_core_read.h>

/* Of the kernel's own, what is read here; where it is, libbpf finds by BTF. */
struct xfrm_id {
    __be32 spi;
} __attribute__((preserve_access_index));
struct xfrm_state {
    struct xfrm_id id;
    struct {
        __u8 mode;
        __u16 family;
        union {
            __be32 a6[4];
        } saddr;
    } props;
} __attribute__((preserve_access_index));
struct sec_path {
    int len;
    struct xfrm_state *xvec[6];
} __attribute__((preserve_access_index));
struct skb_ext {
    __u8 offset[1];
} __attribute__((preserve_access_index));
struct sk_buff {
    __u8 active_extensions;
    struct skb_ext *extensions;
} __attribute__((preserve_access_index));
enum skb_ext_id { SKB_EXT_SEC_PATH };

extern void *bpf_cast_to_kern_ctx(void *) __ksym;
extern void *bpf_rdonly_cast(const void *, __u32) __ksym;

#define GM_XFRM_TUNNEL 1 /* XFRM_MODE_TUNNEL */
#define GM_AF_INET 2

static __always_inline gm_u128 gm_source_of(const struct xfrm_state *state)
{
    struct in6_addr address;
    int i;

    if (state->props.family == GM_AF_INET)
        return gm_address_v4(state->props.saddr.a6[0]);
    for (i = 0; i < 4; ++i)
        address.in6_u.u6_addr32[i] = state->props.saddr.a6[i];
    return gm_address_v6(&address);
}

/* Extensions lie at multiples of 8 behind their head. */
#define GM_EXT_UNIT 8

/* How many associations the packet came through; *spi: the first one's. Of a tunnel's packet the
 * record says the source anew. */
static __noinline int gm_opened_by(struct __sk_buff *context, __u32 *spi, struct gm_work *w)
{
    struct sk_buff *skb = bpf_cast_to_kern_ctx(context);
    const __u32 id = bpf_core_enum_value(enum skb_ext_id, SKB_EXT_SEC_PATH);
    struct xfrm_state *state;
    struct sec_path *path;
    struct skb_ext *ext;

    if (!spi || !w || !(skb->active_extensions & (1u << id)))
        return 0;
    ext = skb->extensions;
    path = bpf_rdonly_cast((void *)ext + ext->offset[id & 7] * GM_EXT_UNIT,
                           bpf_core_type_id_kernel(struct sec_path));
    state = path->xvec[0];
    *spi = bpf_ntohl(state->id.spi);
    if (state->props.mode == GM_XFRM_TUNNEL)
        w->record.source = gm_source_of(state);
    return path->len;
}

#else

/* On the host there is no sec_path: its caller says it (host/host.h). */
static __u32 gm_host_opened;
static gm_u128 gm_host_tunnel;

static __always_inline int gm_opened_by(struct __sk_buff *skb, __u32 *spi, struct gm_work *w)
{
    (void)skb;
    *spi = gm_host_opened;
    if (gm_host_tunnel)
        w->record.source = gm_host_tunnel;
    return gm_host_opened != 0;
}

#endif

/* Notes by which association the packet came, and says what is against that. */
static __always_inline int gm_check_way(struct __sk_buff *skb, struct gm_case *c, struct gm_work *w,
                                        int guarded)
{
    int depth = gm_opened_by(skb, &c->opened, w);

    (void)guarded;
    if (!depth)
        return GM_REASON_clear_on_protected;
    if (depth > 1)
        return GM_REASON_too_deep;
    return GM_REASON_none;
}

/* The same for another message of a packet that was asked about. */
static __always_inline __u32 gm_way_of(const struct gm_case *c) { return c->opened; }

static __always_inline void gm_take_way(struct gm_case *c, __u32 way) { c->opened = way; }

/* The association, if it is known. A call of its own for the stack of those that judge. */
static __noinline const struct gm_spi *gm_association_of(gm_u128 pcscf, __u32 spi)
{
    return gm_find_spi(pcscf, spi);
}

/* Whose association it is: by one of nobody only a REGISTER may come. */
static __always_inline int gm_check_association(const struct gm_case *c, const struct gm_work *w,
                                                const struct gm_binding *binding, int is_register)
{
    const struct gm_spi *a;

    if (!c->opened)
        return GM_REASON_none;
    a = gm_association_of(w->record.destination, c->opened);
    if (is_register)
        return a && a->state == GM_SPI_REFUSED ? GM_REASON_esp_wrong_source : GM_REASON_none;
    if (!a || !a->subscriber)
        return GM_REASON_esp_unknown_spi;
    return binding && binding->subscriber != a->subscriber ? GM_REASON_esp_wrong_source
                                                           : GM_REASON_none;
}

/* The answer to a REGISTER from there may bring a new one, and be encrypted (H17). */
static __noinline void gm_expect_association(const struct gm_settings *settings, gm_u128 source)
{
    if (settings)
        gm_give_grace(settings, source);
}

#else

/* Decrypted is what came by an interface that gm_front guards, as clear packets to a protected port
 * do not get past it. */
static __always_inline int gm_check_way(struct __sk_buff *skb, struct gm_case *c, struct gm_work *w,
                                        int guarded)
{
    (void)skb;
    (void)c;
    (void)w;
    return guarded ? GM_REASON_none : GM_REASON_clear_on_protected;
}

static __always_inline __u32 gm_way_of(const struct gm_case *c)
{
    (void)c;
    return 0;
}

static __always_inline void gm_take_way(struct gm_case *c, __u32 way)
{
    (void)c;
    (void)way;
}

static __always_inline int gm_check_association(const struct gm_case *c, const struct gm_work *w,
                                                const struct gm_binding *binding, int is_register)
{
    (void)c;
    (void)w;
    (void)binding;
    (void)is_register;
    return GM_REASON_none;
}

/* By address and port alone a stranger's association is not told from a phone's, so unknown ones
 * get no grace here. */
static __always_inline void gm_expect_association(const struct gm_settings *settings,
                                                  gm_u128 source)
{
    (void)settings;
    (void)source;
}

#endif

#endif
