/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Messages on their way out, one after the other: a datagram holds one, what the sender gives to
 * TCP at once may hold several. They are this host's own, so what cannot be read is only not
 * learned from.
 */
#ifndef GMGUARD_BPF_OUTGOING_H
#define GMGUARD_BPF_OUTGOING_H

#include "skb.h"
#include "verdict.h"

/* What of a packet is not read yet. */
struct gm_outgoing {
    __u32 at;
    __u32 left;
    __u32 alone; /* 1: a datagram, which holds one message */
};

/* One packet on its way through the steps of gm_loop. */
struct gm_sending {
    struct __sk_buff *skb;
    struct gm_case *c;
    struct gm_work *w;
    struct gm_outgoing *o;
};

/* Messages of one packet that are read. */
#define GM_OUTGOING_MESSAGES 64

/* The data of the packet; 0 where there are none. */
static __always_inline int gm_outgoing_of(struct __sk_buff *skb, const struct gm_packet *p,
                                          struct gm_outgoing *o)
{
    __u8 offset = 0;

    o->at = p->payload;
    o->left = p->length;
    o->alone = p->protocol == IPPROTO_UDP;
    if (o->alone)
        return o->left != 0;
    if (bpf_skb_load_bytes(skb, p->payload + GM_TCP_OFFSET, &offset, sizeof(offset)))
        return 0;
    o->at += (offset >> 4) * 4;
    if (o->at >= skb->len)
        return 0;
    o->left = skb->len - o->at;
    return 1;
}

/* How long the message in the room is, of which the index is made. */
static __always_inline __u32 gm_outgoing_size(const struct gm_work *w)
{
    __u32 end;
    __s64 body = 0;

    if (w->sip.count[GM_H_CONTENT_LENGTH])
        body = gm_read_number(w, w->sip.first[GM_H_CONTENT_LENGTH], GM_BODY_MAX, 1, &end);
    return w->sip.body + (body < 0 ? 0 : body);
}

/* The next message into the room, with its index; 0: none that can be read. `start`: the first
 * word of those that matter; a datagram of others costs no index. */
GM_GLOBAL int gm_next_outgoing(struct __sk_buff *skb, struct gm_work *w, struct gm_outgoing *o,
                               __u64 start)
{
    __u32 size;

    if (!w || !o || !o->left)
        return 0;
    size = o->left < GM_SIP_MAX ? o->left : GM_SIP_MAX;
    if (!gm_copy_bytes(skb, w, o->at, size) || (o->alone && gm_load8(w->text) != start) ||
        gm_sip_index(w))
        return 0;
    size = gm_outgoing_size(w);
    if (size > o->left)
        size = o->left;
    if (size < w->sip.length)
        w->sip.length = size;
    o->at += size;
    o->left -= size;
    return 1;
}

#endif
