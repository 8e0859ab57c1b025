// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_inside: the judge at the P-CSCF's sockets (cgroup_skb ingress): every UDP message as the
// socket gets it, after decryption and reassembly; and the tap from which registrations are
// learned.
//
// TCP is gm_stream's.

#include "inside.h"
#include "stray.h"

/* A phone's message to the unprotected port. gm_front judged it, unless it came in fragments. */
static __always_inline int gm_inside_clear(struct gm_case *c, struct gm_work *w)
{
    enum gm_look look;
    int reason = gm_first_look(c, gm_load8(w->text), (__u32)gm_load8(w->text + 8), w->sip.length,
                               w->record.source, w->record.source_port, &look);

    if (reason)
        gm_fails(c, reason);
    else if (look == GM_LOOK_SCAN)
        gm_fails(c, gm_check_beside(c, w, gm_sip_index(w)));
    else if (look == GM_LOOK_REGISTER && !gm_judge_clear(c, w, gm_sip_index(w)))
        gm_tap(c, w, GM_TAP_CLEAR);
    return gm_leave(c, w);
}

/* An answer of somebody who was asked whether he is there. */
static __always_inline void gm_tap_probed(struct gm_case *c, struct gm_work *w)
{
    __u64 holder = w->record.holder;
    struct gm_probe *probe;

    if (w->sip.kind != GM_KIND_RESPONSE || c->verdict != GM_VERDICT_PASS || !holder)
        return;
    probe = bpf_map_lookup_elem(&gm_probes, &holder);
    if (!probe || !probe->left || probe->until_ns <= gm_now(c->settings))
        return;
    probe->left--;
    gm_tap(c, w, GM_TAP_INNER);
}

static __always_inline int gm_inside_protected(struct gm_case *c, struct gm_work *w)
{
    if (!gm_is_keepalive(gm_load8(w->text), w->sip.length) &&
        !gm_judge_protected(c, w, gm_sip_index(w))) {
        gm_tap_protected(c, w);
        gm_tap_probed(c, w);
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
        gm_fails(c, gm_check_way(skb, c, w, arrival != GM_ARRIVAL_UNKNOWN)))
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

    if (!w || !gm_copy_payload(skb, w, p) || gm_load8(w->text) != GM_WORD_SIP2 || gm_sip_index(w) ||
        !gm_is_answer(w))
        return GM_ADMIT;
    gm_fill_packet(w, p, skb->ifindex);
    gm_tap(c, w, GM_TAP_CORE);
    return GM_ADMIT;
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
