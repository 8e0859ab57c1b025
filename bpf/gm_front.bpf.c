// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_front: the shield at every Gm interface (XDP). Cheap verdicts at line rate: clear UDP SIP to
// the unprotected port is judged in full, clear packets to a protected port die, ESP is admitted
// only from the source that its SPI belongs to, fragments to guarded addresses are metered. What it
// cannot know (fragments, messages of TCP) it passes to gm_inside and gm_stream.

#include "beside.h"
#include "esp.h"
#include "found.h"
#include "packet.h"
#include "room.h"
#include "tap.h"

/* The listener of a packet to (address, port), or NULL. What goes to a guarded port of an address
 * that is not guarded is gm_inside's to judge. */
static __always_inline const struct gm_listener *
gm_find_listener(const struct gm_settings *settings, const struct gm_packet *p)
{
    const struct gm_listener *l =
        gm_find_known(settings, p->destination, p->destination_port, (enum gm_protocol)p->protocol);

    return l && l->role != GM_ROLE_ELSEWHERE && l->role != GM_ROLE_UNNAMED ? l : NULL;
}

/* Copies the payload into the room; 0 where it is not there or too long. */
static __always_inline int gm_copy_payload(struct xdp_md *ctx, struct gm_work *w,
                                           const struct gm_packet *p)
{
    __u64 size = p->length - 1;

    /* The one form of this bound that 6.1, 6.12 and 6.18 accept (clang 16, 19). */
    GM_FORGET(size);
    if (p->length == 0 || p->length > GM_SIP_MAX)
        return 0;
    size &= GM_SIP_MAX - 1;
    size += 1;
    w->sip.length = size;
    if (bpf_xdp_load_bytes(ctx, p->payload, w->text, size))
        return 0;
    *(__u64 *)(w->text + size) = 0;
    return 1;
}

/* The door. A report carries the start of the message, which may not be in the room yet. */
static __always_inline int gm_leave(struct xdp_md *ctx, struct gm_case *c,
                                    const struct gm_packet *p, int copied)
{
    struct gm_work *w;
    __u32 suppressed = 0;

    gm_count(c);
    if (c->verdict != GM_VERDICT_PASS && gm_may_report(c->settings, &suppressed)) {
        w = gm_room();
        if (w) {
            if (!copied) {
                gm_fill_packet(w, p, ctx->ingress_ifindex);
                if (!gm_copy_payload(ctx, w, p))
                    w->record.full_length = 0;
            }
            gm_report(w, c, suppressed);
        }
    }
    return c->verdict == GM_VERDICT_DROP ? XDP_DROP : XDP_PASS;
}

/* The first bytes of the payload. */
struct gm_first {
    __u64 word;
    __u32 rest;
};

/* As many of them as tell what it is: 12, or 4, or none. In place where they can be: a flood is
 * dropped by them. */
static __always_inline int gm_load_first(struct xdp_md *ctx, const struct gm_packet *p,
                                         struct gm_first *first)
{
    const char *here = (void *)(long)ctx->data + (p->payload & GM_CURSOR_MAX);

    if (p->length >= 12 && here + 12 <= (const char *)(long)ctx->data_end) {
        first->word = *(const __u64 *)here;
        first->rest = *(const __u32 *)(here + 8);
        return 0;
    }
    if (p->length >= 12)
        return bpf_xdp_load_bytes(ctx, p->payload, first, 12);
    return p->length >= 4 ? bpf_xdp_load_bytes(ctx, p->payload, first, 4) : 0;
}

/* A datagram to the unprotected port. */
static __always_inline int gm_judge_datagram(struct xdp_md *ctx, struct gm_case *c,
                                             const struct gm_packet *p)
{
    struct gm_first first = {};
    enum gm_look look = GM_LOOK_DONE;
    struct gm_work *w;
    int reason = GM_REASON_malformed;

    if (!gm_load_first(ctx, p, &first))
        reason =
            gm_first_look(c, first.word, first.rest, p->length, p->source, p->source_port, &look);
    if (reason && gm_fails(c, reason))
        return gm_leave(ctx, c, p, 0);
    if (p->length > GM_SIP_MAX) {
        gm_fails(c, GM_REASON_oversize);
        return gm_leave(ctx, c, p, 0);
    }
    w = gm_room();
    if (reason || look == GM_LOOK_DONE || !w)
        return gm_leave(ctx, c, p, 0);
    gm_fill_packet(w, p, ctx->ingress_ifindex);
    if (!gm_copy_payload(ctx, w, p)) {
        w->record.full_length = 0;
        gm_fails(c, GM_REASON_malformed);
        return gm_leave(ctx, c, p, 1);
    }
    c->peer = gm_peer_of(c->settings, p->source);
    if (look == GM_LOOK_SCAN) {
        gm_fails(c, gm_check_beside(c, w, gm_sip_index(w)));
        return gm_leave(ctx, c, p, 1);
    }
    if (!gm_judge_clear(c, w, gm_sip_index(w)) && c->settings->tap_front)
        gm_tap(c, w, GM_TAP_CLEAR);
    return gm_leave(ctx, c, p, 1);
}

/* A packet that cannot be read to its ports, or a fragment, to a guarded address. */
static __always_inline int gm_judge_rest(struct xdp_md *ctx, struct gm_case *c,
                                         const struct gm_packet *p, enum gm_parse parse)
{
    struct gm_packet bare = *p;

    bare.length = 0;
    if (parse == GM_PARSE_MALFORMED)
        gm_fails(c, GM_REASON_malformed);
    else if (parse == GM_PARSE_TOO_DEEP)
        gm_fails(c, GM_REASON_too_deep);
    else if (parse == GM_PARSE_HEADLESS)
        gm_fails(c, GM_REASON_fragment);
    else if (!gm_take_cap(GM_CAP_FRAGMENTS, c->settings->fragments, gm_now(c->settings)))
        gm_fails(c, GM_REASON_rate_limited);
    return gm_leave(ctx, c, &bare, 0);
}

/* A TCP segment. Its messages are gm_stream's; here connections are metered as they are opened, and
 * urgent data end, which one reader sees and another does not (H6). */
static __always_inline int gm_judge_segment(struct xdp_md *ctx, struct gm_case *c,
                                            struct gm_packet *p)
{
    __u8 flags = 0;

    p->length = 0;
    if (bpf_xdp_load_bytes(ctx, p->payload + GM_TCP_FLAGS, &flags, sizeof(flags)))
        gm_fails(c, GM_REASON_malformed);
    else if (flags & GM_TCP_URG)
        gm_fails(c, GM_REASON_ambiguous);
    else if ((flags & (GM_TCP_SYN | GM_TCP_ACK)) == GM_TCP_SYN &&
             !gm_may_connect(c->settings, p->source))
        gm_fails(c, GM_REASON_rate_limited);
    return c->reason ? gm_leave(ctx, c, p, 0) : XDP_PASS;
}

/* A packet to the unprotected or a protected port, or the first fragment of one. */
static __always_inline int gm_judge_port(struct xdp_md *ctx, struct gm_case *c, struct gm_packet *p,
                                         enum gm_parse parse)
{
    if (c->listener->shared_interface && gm_peer_of(c->settings, p->source) == GM_PEER_CORE)
        return XDP_PASS;
    if (c->listener->role == GM_ROLE_PROTECTED && c->listener->protection == GM_PROTECTION_ESP) {
        gm_fails(c, GM_REASON_clear_on_protected);
        return gm_leave(ctx, c, p, 0);
    }
    if (parse == GM_PARSE_FRAGMENT)
        return gm_judge_rest(ctx, c, p, parse);
    if (p->protocol == IPPROTO_TCP)
        return gm_judge_segment(ctx, c, p);
    return c->listener->role == GM_ROLE_UNPROTECTED ? gm_judge_datagram(ctx, c, p) : XDP_PASS;
}

/* ESP to a guarded address. */
static __always_inline int gm_judge_esp(struct xdp_md *ctx, struct gm_case *c, struct gm_packet *p)
{
    p->length = 0;
    if (!(c->listener->shared_interface && gm_peer_of(c->settings, p->source) == GM_PEER_CORE))
        gm_fails(c, gm_check_spi(c->settings, p));
    return gm_leave(ctx, c, p, 0);
}

/* Whether a datagram to the port of UDP-encapsulated ESP is that: not IKE, whose mark is an SPI of
 * 0, and no keep-alive (RFC 3948 2). Then p->spi is known. */
static __always_inline int gm_is_encapsulated(struct xdp_md *ctx, struct gm_packet *p)
{
    __be32 spi = 0;

    if (p->protocol != IPPROTO_UDP || p->destination_port != GM_ESP_PORT || p->length < 8 ||
        bpf_xdp_load_bytes(ctx, p->payload, &spi, sizeof(spi)))
        return 0;
    p->spi = bpf_ntohl(spi);
    return p->spi != 0;
}

SEC("xdp.frags")
int gm_front(struct xdp_md *ctx)
{
    struct gm_cursor cursor = {.start = (void *)(long)ctx->data,
                               .end = (void *)(long)ctx->data_end};
    struct gm_packet packet = {}, *p = &packet;
    struct gm_case c = {.hook = GM_HOOK_FRONT};
    enum gm_parse parse = GM_PARSE_OTHER;
    int deep = 0;
    __u16 type = gm_parse_ethernet(&cursor, &deep);

    /* What clang 19 knows of these fields it keeps on the stack for itself, and writes the zeros
     * anew on each way through. */
    GM_FORGET(p);
    if (type == ETH_P_IP)
        parse = gm_parse_v4(&cursor, p);
    else if (type == ETH_P_IPV6)
        parse = gm_parse_v6(&cursor, p);
    else if (type == ETH_P_8021Q || type == ETH_P_8021AD)
        parse = GM_PARSE_TOO_DEEP;
    if (parse == GM_PARSE_OTHER)
        return XDP_PASS;
    if (deep)
        parse = GM_PARSE_TOO_DEEP;
    c.settings = gm_settings_now();
    if (!c.settings || c.settings->schema != GM_SCHEMA)
        return XDP_PASS;
    if (parse == GM_PARSE_OK || parse == GM_PARSE_FRAGMENT) {
        c.listener = gm_find_listener(c.settings, p);
        if (c.listener)
            return gm_judge_port(ctx, &c, p, parse);
        if (parse == GM_PARSE_OK && gm_is_encapsulated(ctx, p))
            parse = GM_PARSE_ESP;
        else if (parse == GM_PARSE_OK)
            return XDP_PASS;
    }
    /* The mark of a guarded address, whose modes are the strictest of its listeners. */
    c.listener = gm_find_known(c.settings, p->destination, 0, (enum gm_protocol)0);
    if (!c.listener)
        return XDP_PASS;
    return parse == GM_PARSE_ESP ? gm_judge_esp(ctx, &c, p) : gm_judge_rest(ctx, &c, p, parse);
}

char gm_license[] SEC("license") = "Dual BSD/GPL";
