/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What the judges at the P-CSCF's sockets share, gm_inside and gm_stream: whose a packet is, and
 * the door.
 *
 * Which side a packet is from is decided by the interface it came in by, never by its addresses
 * alone (H8, H15). One that nobody named may be a Gm interface that went and came again, or a new
 * one: what comes by it to a listener's own address is judged as if it were, unless it is the
 * core's; and not taken for decrypted where no gm_front stands before it (H9; opened.h).
 */
#ifndef GMGUARD_BPF_INSIDE_H
#define GMGUARD_BPF_INSIDE_H

#include "listener.h"
#include "netns.h"
#include "protected.h"
#include "room.h"
#include "skb.h"
#include "tap.h"

enum gm_arrival { GM_ARRIVAL_GM, GM_ARRIVAL_OTHER, GM_ARRIVAL_UNKNOWN };

#define GM_LOOPBACK 1 /* ifindex of lo, in every network namespace */

static __always_inline enum gm_arrival gm_arrival_of(struct __sk_buff *skb)
{
    struct gm_iface_key key = {.netns = gm_netns_of(skb), .ifindex = skb->ifindex};
    const struct gm_iface *iface = bpf_map_lookup_elem(&gm_ifaces, &key);

    if (iface)
        return iface->side == GM_SIDE_GM ? GM_ARRIVAL_GM : GM_ARRIVAL_OTHER;
    return skb->ifindex == GM_LOOPBACK ? GM_ARRIVAL_OTHER : GM_ARRIVAL_UNKNOWN;
}

/* The listener of what arrived for this address and port, or the mark that stands for it. A call of
 * its own for its stack: with it inlined 6.1 counts 544 bytes (clang 19). */
static __attribute__((noinline)) const struct gm_listener *
gm_listener_at(gm_u128 address, __u16 port, enum gm_protocol protocol, enum gm_arrival arrival)
{
    const struct gm_listener *l;

    if (arrival == GM_ARRIVAL_UNKNOWN)
        return gm_find_exact(address, port, protocol);
    l = gm_find_entry(address, port, protocol);
    return l || arrival != GM_ARRIVAL_GM ? l : gm_find_unnamed();
}

static __always_inline const struct gm_listener *
gm_listener_of(const struct gm_packet *p, enum gm_parse parse, enum gm_arrival arrival)
{
    if (parse == GM_PARSE_TOO_DEEP)
        return gm_listener_at(p->destination, 0, (enum gm_protocol)0, arrival);
    return gm_listener_at(p->destination, p->destination_port, (enum gm_protocol)p->protocol,
                          arrival);
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

/* A message that passed on a protected port: the controller learns from REGISTERs. */
static __always_inline void gm_tap_protected(struct gm_case *c, struct gm_work *w)
{
    if (w->sip.kind != GM_KIND_REQUEST || !gm_is_register(w, w->sip.method))
        return;
    gm_expect_association(c->settings, w->record.source);
    gm_tap(c, w, GM_TAP_INNER);
}

/* The door of one message. */
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

#endif
