// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_answers: the second tap (TC egress of every Gm interface). It reads the answers to REGISTER
// that this host sends to phones in clear: nonces, and where nothing of the core can be seen, the
// 200. It refuses nothing, leaves the word to the filters behind it, and counts 401s that carry ck=
// or ik= (TS 33.203 6.1: the keys end at the P-CSCF).

#include <linux/pkt_cls.h>

#include "esp.h"
#include "listener.h"
#include "register.h"
#include "outgoing.h"
#include "room.h"
#include "tap.h"

static __always_inline const struct gm_listener *gm_find_sender(const struct gm_packet *p)
{
    const struct gm_listener *l =
        gm_find_entry(p->source, p->source_port, (enum gm_protocol)p->protocol);

    return l && (l->role == GM_ROLE_UNPROTECTED || l->role == GM_ROLE_PROTECTED) ? l : NULL;
}

static __always_inline enum gm_parse gm_parse_frame(struct __sk_buff *skb, struct gm_packet *p)
{
    struct gm_cursor cursor = {.start = (void *)(long)skb->data,
                               .end = (void *)(long)skb->data_end};
    int deep = 0;
    __u16 type = gm_parse_ethernet(&cursor, &deep);

    if (type == ETH_P_IP)
        return gm_parse_v4(&cursor, p);
    return type == ETH_P_IPV6 ? gm_parse_v6(&cursor, p) : GM_PARSE_OTHER;
}

/* Challenges of one header that are read. */
#define GM_CHALLENGES 4

/* Whether a challenge in [at, end) carries a key. Where one ends for another to begin, the reader
 * stops; there the next one is read. */
GM_GLOBAL int gm_carries_key(struct gm_work *w, __u32 at, __u32 end)
{
    __u32 i;
    int reason;

    if (!w)
        return 0;
    for (i = 0; i < GM_CHALLENGES; ++i) {
        reason = gm_read_digest(w, at, end);
        if (w->digest.seen & (1u << GM_D_CK | 1u << GM_D_IK))
            return 1;
        if (!reason || w->digest.at <= at || w->digest.at >= end)
            return 0;
        at = w->digest.at;
    }
    return 0;
}

/* Whether any challenge of the answer carries a key. */
static __always_inline int gm_leaks_keys(struct gm_work *w)
{
    __u32 i;

    for (i = 0; i < GM_FIELDS; ++i) {
        struct gm_field *field = &w->sip.field[i];

        if (i >= w->sip.fields)
            break;
        if (field->header == GM_H_WWW_AUTHENTICATE &&
            gm_carries_key(w, field->value.at, gm_end(field->value)))
            return 1;
    }
    return 0;
}

/* The answer in the room. */
static __always_inline void gm_learn(struct gm_case *c, struct gm_work *w)
{
    struct gm_losses *losses = gm_losses_here();

    gm_tap(c, w, GM_TAP_CORE);
    if (w->sip.status != 401)
        return;
    gm_give_grace(c->settings, w->record.destination);
    if (gm_leaks_keys(w) && losses)
        losses->leaked_keys++;
}

static long gm_learn_step(__u32 i, struct gm_sending *s)
{
    (void)i;
    if (!gm_next_outgoing(s->skb, s->w, s->o, GM_WORD_SIP2))
        return 1;
    if (gm_is_answer(s->w))
        gm_learn(s->c, s->w);
    return 0;
}

SEC("tc")
int gm_answers(struct __sk_buff *skb)
{
    struct gm_case c = {.hook = GM_HOOK_ANSWERS};
    struct gm_packet p = {};
    struct gm_outgoing o = {};
    struct gm_sending sending = {.skb = skb, .c = &c, .o = &o};
    struct gm_work *w;

    if (gm_parse_frame(skb, &p) != GM_PARSE_OK)
        return TC_ACT_UNSPEC;
    c.settings = gm_settings_now();
    if (!c.settings || c.settings->schema != GM_SCHEMA)
        return TC_ACT_UNSPEC;
    c.listener = gm_find_sender(&p);
    w = gm_room();
    if (!c.listener || !w)
        return TC_ACT_UNSPEC;
    gm_count(&c);
    /* A forwarded packet with the P-CSCF's address teaches nothing where that is local (H11). */
    if (skb->ingress_ifindex && !c.settings->tap_front)
        return TC_ACT_UNSPEC;
    if (!gm_outgoing_of(skb, &p, &o))
        return TC_ACT_UNSPEC;
    gm_fill_packet(w, &p, skb->ifindex);
    sending.w = w;
    gm_loop(GM_OUTGOING_MESSAGES, gm_learn_step, &sending);
    return TC_ACT_UNSPEC;
}

char gm_license[] SEC("license") = "Dual BSD/GPL";
