// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_inside: the judge at the P-CSCF's sockets (cgroup_skb ingress): every UDP message as the
// socket gets it, after decryption and reassembly; and the tap from which registrations are
// learned.
//
// Which side a packet is from is decided by the interface it came in by, never by its addresses
// alone (H8, H15). One that nobody named may be a Gm interface that went and came again, or a new
// one: what comes by it to a listener's own address is judged as if it were, unless it is the
// core's; and not taken for decrypted where no gm_front stands before it (H9; opened.h).

#include "listener.h"
#include "netns.h"
#include "protected.h"
#include "room.h"
#include "skb.h"
#include "stray.h"
#include "tap.h"

enum gm_arrival { GM_ARRIVAL_GM, GM_ARRIVAL_OTHER, GM_ARRIVAL_UNKNOWN };

#define GM_LOOPBACK 1 /* ifindex of lo, in every network namespace */

/* The door. */
static __always_inline int gm_leave(struct gm_case *c, struct gm_work *w)
{
    __u32 suppressed = 0;

    gm_count(c);
    if (c->verdict != GM_VERDICT_PASS && gm_may_report(c->settings, &suppressed)) {
        w->record.full_length = w->sip.length;
        gm_report(w, c, suppressed);
    }
    return c->verdict == GM_VERDICT_DROP ? GM_REFUSE : GM_ADMIT;
}

/* A phone's message to the unprotected port. gm_front judged it, unless it came in fragments. */
static __always_inline int gm_inside_clear(struct gm_case *c, struct gm_work *w)
{
    enum gm_look look;
    int reason = gm_first_look(c, gm_load8(w->text), (__u32)gm_load8(w->text + 8), w->sip.length,
                               w->record.source, w->record.source_port, &look);

    if (reason)
        gm_fails(c, reason);
    else if (look == GM_LOOK_SCAN)
        gm_fails(c, gm_check_beside(c, w));
    else if (look == GM_LOOK_REGISTER && !gm_judge_clear(c, w))
        gm_tap(c, w, GM_TAP_CLEAR);
    return gm_leave(c, w);
}

static __always_inline int gm_inside_protected(struct gm_case *c, struct gm_work *w)
{
    if (!gm_judge_protected(c, w) && w->sip.kind == GM_KIND_REQUEST &&
        gm_is_register(w, w->sip.method)) {
        gm_expect_association(c->settings, w->record.source);
        gm_tap(c, w, GM_TAP_INNER);
    }
    return gm_leave(c, w);
}

/* To a socket that no listener names. */
static __always_inline int gm_inside_unnamed(struct gm_case *c, struct gm_work *w)
{
    if (!gm_says_sip(w))
        return GM_ADMIT;
    gm_fails(c, GM_REASON_not_listener);
    return gm_leave(c, w);
}

/* A datagram from a phone to one of the P-CSCF's sockets. */
static __always_inline int gm_from_phone(struct __sk_buff *skb, struct gm_case *c,
                                         const struct gm_packet *p, enum gm_parse parse,
                                         enum gm_arrival arrival)
{
    struct gm_work *w = gm_room();

    if (!w)
        return GM_ADMIT;
    gm_fill_packet(w, p, skb->ifindex);
    w->sip.length = 0;
    if (parse == GM_PARSE_TOO_DEEP) {
        gm_fails(c, GM_REASON_too_deep);
        return gm_leave(c, w);
    }
    if (c->listener->role == GM_ROLE_ELSEWHERE || c->listener->role == GM_ROLE_CORE) {
        gm_fails(c, GM_REASON_not_listener);
        return gm_leave(c, w);
    }
    if (c->listener->role == GM_ROLE_PROTECTED && c->listener->protection == GM_PROTECTION_ESP &&
        gm_fails(c, gm_check_way(skb, c, p, arrival != GM_ARRIVAL_UNKNOWN)))
        return gm_leave(c, w);
    if (parse == GM_PARSE_MALFORMED || (p->length && !gm_copy_payload(skb, w, p))) {
        gm_fails(c, parse == GM_PARSE_OK && p->length > GM_SIP_MAX ? GM_REASON_oversize
                                                                   : GM_REASON_malformed);
        return gm_leave(c, w);
    }
    if (!p->length)
        *(__u64 *)w->text = 0;
    if (c->listener->role == GM_ROLE_UNNAMED)
        return gm_inside_unnamed(c, w);
    return c->listener->role == GM_ROLE_UNPROTECTED ? gm_inside_clear(c, w)
                                                    : gm_inside_protected(c, w);
}

/* A datagram of the core: answers to REGISTER are read, nothing is refused. */
static __always_inline int gm_from_core(struct __sk_buff *skb, struct gm_case *c,
                                        const struct gm_packet *p)
{
    struct gm_work *w = gm_room();

    if (!w || !gm_copy_payload(skb, w, p) || !gm_is_answer(w))
        return GM_ADMIT;
    gm_fill_packet(w, p, skb->ifindex);
    gm_tap(c, w, GM_TAP_CORE);
    return GM_ADMIT;
}

static __always_inline enum gm_arrival gm_arrival_of(struct __sk_buff *skb)
{
    struct gm_iface_key key = {.netns = gm_netns_of(skb), .ifindex = skb->ifindex};
    const struct gm_iface *iface = bpf_map_lookup_elem(&gm_ifaces, &key);

    if (iface)
        return iface->side == GM_SIDE_GM ? GM_ARRIVAL_GM : GM_ARRIVAL_OTHER;
    return skb->ifindex == GM_LOOPBACK ? GM_ARRIVAL_OTHER : GM_ARRIVAL_UNKNOWN;
}

/* The packet's listener, or the mark that stands for it. A call of its own for its stack: with it
 * inlined 6.1 counts 544 bytes (clang 19). */
static __attribute__((noinline)) const struct gm_listener *
gm_listener_of(const struct gm_packet *p, enum gm_parse parse, enum gm_arrival arrival)
{
    __u16 port = parse == GM_PARSE_TOO_DEEP ? 0 : p->destination_port;
    enum gm_protocol protocol = parse == GM_PARSE_TOO_DEEP ? (enum gm_protocol)0 : GM_UDP;
    const struct gm_listener *l;

    if (arrival == GM_ARRIVAL_UNKNOWN)
        return gm_find_exact(p->destination, port, protocol);
    l = gm_find_entry(p->destination, port, protocol);
    return l || arrival != GM_ARRIVAL_GM ? l : gm_find_unnamed();
}

/* Whether the packet is to be judged as a phone's. */
static __always_inline int gm_is_phones(const struct gm_case *c, enum gm_arrival arrival)
{
    int from_core = c->peer == GM_PEER_CORE;

    if (!c->listener || arrival == GM_ARRIVAL_OTHER)
        return 0;
    if (arrival == GM_ARRIVAL_GM)
        return !(from_core && c->listener->shared_interface);
    return !from_core && c->listener->role != GM_ROLE_CORE;
}

SEC("cgroup_skb/ingress")
int gm_inside(struct __sk_buff *skb)
{
    struct gm_case c = {.hook = GM_HOOK_INSIDE};
    struct gm_packet p = {};
    enum gm_parse parse = gm_parse_skb(skb, &p);
    enum gm_arrival arrival;

    c.settings = gm_settings_now();
    if (!c.settings || c.settings->schema != GM_SCHEMA ||
        (p.protocol != IPPROTO_UDP && parse != GM_PARSE_TOO_DEEP))
        return GM_ADMIT;
    c.peer = gm_peer_of(c.settings, p.source);
    arrival = gm_arrival_of(skb);
    c.listener = gm_listener_of(&p, parse, arrival);
    if (gm_is_phones(&c, arrival))
        return gm_from_phone(skb, &c, &p, parse, arrival);
    return c.peer == GM_PEER_CORE && parse == GM_PARSE_OK ? gm_from_core(skb, &c, &p) : GM_ADMIT;
}

char gm_license[] SEC("license") = "Dual BSD/GPL";
