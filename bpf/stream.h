/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Which bytes of a TCP segment the receiver will take, and which of them nobody has judged. A
 * filter that follows TCP by itself can be fooled by bad checksums, retransmissions with other
 * bytes and segments out of order; here the receiver's own rcv_nxt is asked (H5):
 *
 *   what ends at or before rcv_nxt it ignores; what lies before rcv_nxt it cuts off
 *   what was judged and is not taken yet may come again, with the same bytes: pieces of it are kept
 *   by their hashes
 *   what begins where the judged bytes end is judged
 *   all else is refused and has to come again, in order
 */
#ifndef GMGUARD_BPF_STREAM_H
#define GMGUARD_BPF_STREAM_H

#include "framing.h"

/* A segment's TCP header, as far as it matters. */
struct gm_tcp {
    __u32 sequence; /* of its first byte of data */
    __u32 length;   /* of its data */
    __u32 data;     /* where they are in the packet */
    __u32 urgent;
    __u32 rcv_nxt;  /* the next byte that the receiver will take */
    __u32 fresh;    /* 1: the receiver has taken nothing yet */
};

/* Pieces are no longer than a segment on the wire, which is how they come again, and no shorter
 * than what makes GM_FLOW_PIECES of them a packet. */
#define GM_PIECE_MIN 1024
_Static_assert(GM_PIECE_MIN *GM_FLOW_PIECES >= 65536, "pieces for the longest packet");
#define GM_PIECE_MASK (GM_FLOW_PIECES - 1)

/* Whether sequence number `a` is behind `b` (RFC 9293 3.4). */
static __always_inline int gm_is_behind(__u32 a, __u32 b) { return (__s32)(a - b) > 0; }

/* The hash of `size` bytes of the packet, zeros behind them. The room is overwritten. */
GM_GLOBAL __u64 gm_hash_bytes(struct __sk_buff *skb, struct gm_work *w, __u32 at, __u32 size)
{
    const struct gm_settings *settings = gm_settings_now();
    struct gm_siphash s;
    __u32 k;

    if (!w || !settings || !gm_copy_bytes(skb, w, at, size))
        return 0;
    gm_siphash_start(&s, settings->hash_key[0], settings->hash_key[1]);
    for (k = 0; k < GM_SIP_MAX; k += 8) {
        if (k >= size)
            break;
        gm_siphash_word(&s, gm_load8(gm_at(w, k)));
    }
    gm_siphash_word(&s, size);
    return (__u64)gm_siphash_end(&s);
}

/* A walk over a connection's pieces, or over bytes that become some. */
struct gm_walk {
    struct __sk_buff *skb;
    struct gm_work *w;
    struct gm_flow *flow;
    struct gm_segment *s;
    __u32 begin; /* where the piece at hand begins */
    __u32 from;  /* what is looked for, or behind which all is known */
    __u32 unit;
    __u32 other; /* 1: a piece with other bytes */
};

static __always_inline void gm_drop_oldest(struct gm_flow *flow)
{
    flow->from = flow->piece[flow->first & GM_PIECE_MASK].end;
    flow->first++;
    flow->pieces--;
}

static long gm_forget_step(__u32 i, struct gm_walk *k)
{
    struct gm_flow *flow = k->flow;

    (void)i;
    if (!flow->pieces || gm_is_behind(flow->piece[flow->first & GM_PIECE_MASK].end, k->from))
        return 1;
    gm_drop_oldest(flow);
    return 0;
}

/* What the receiver has taken cannot come again. */
static __noinline void gm_forget_pieces(struct gm_flow *flow, __u32 rcv_nxt)
{
    struct gm_walk walk = {.flow = flow, .from = rcv_nxt};

    gm_loop(GM_FLOW_PIECES, gm_forget_step, &walk);
}

static long gm_remember_step(__u32 i, struct gm_walk *k)
{
    struct gm_flow *flow = k->flow;
    struct gm_flow_piece *piece;
    __u32 size = k->s->left < k->unit ? k->s->left : k->unit;

    (void)i;
    if (!size)
        return 1;
    if (flow->pieces >= GM_FLOW_PIECES)
        gm_drop_oldest(flow);
    if (!flow->pieces)
        flow->from = flow->after;
    piece = &flow->piece[(flow->first + flow->pieces) & GM_PIECE_MASK];
    piece->hash = gm_hash_bytes(k->skb, k->w, k->s->at, size);
    flow->after += size;
    piece->end = flow->after;
    flow->pieces++;
    gm_advance(k->s, size);
    return 0;
}

/* Remembers the bytes that `s` says, which are let through. */
static __noinline void gm_remember(struct __sk_buff *skb, struct gm_work *w, struct gm_flow *flow,
                                   struct gm_segment *s)
{
    struct gm_walk walk = {.skb = skb, .w = w, .flow = flow, .s = s, .unit = skb->gso_size};

    if (walk.unit < GM_PIECE_MIN)
        walk.unit = walk.unit ? GM_PIECE_MIN : GM_SIP_MAX;
    if (walk.unit > GM_SIP_MAX)
        walk.unit = GM_SIP_MAX;
    gm_loop(GM_FLOW_PIECES, gm_remember_step, &walk);
}

static long gm_compare_step(__u32 i, struct gm_walk *k)
{
    struct gm_flow *flow = k->flow;
    struct gm_flow_piece *piece = &flow->piece[(flow->first + i) & GM_PIECE_MASK];
    __u32 size = piece->end - k->begin;

    if (i >= flow->pieces || !k->s->left)
        return 1;
    if (k->begin == k->from) {
        if (size > k->s->left)
            return 1;
        if (gm_hash_bytes(k->skb, k->w, k->s->at, size) != piece->hash) {
            k->other = 1;
            return 1;
        }
        gm_advance(k->s, size);
        k->from = piece->end;
    }
    k->begin = piece->end;
    return 0;
}

enum gm_again {
    GM_AGAIN_SAME,    /* what was judged has the same bytes; behind it there may be more */
    GM_AGAIN_OTHER,   /* it has other bytes */
    GM_AGAIN_UNKNOWN, /* it cannot be told */
};

/* The segment begins at `from`: compares what of it was judged, and moves it to what was not. */
static __noinline enum gm_again gm_compare(struct __sk_buff *skb, struct gm_work *w,
                                           struct gm_flow *flow, struct gm_segment *s, __u32 from)
{
    struct gm_walk walk = {
        .skb = skb, .w = w, .flow = flow, .s = s, .begin = flow->from, .from = from};

    gm_loop(GM_FLOW_PIECES, gm_compare_step, &walk);
    if (walk.other)
        return GM_AGAIN_OTHER;
    return walk.from != from && (!s->left || walk.from == flow->after) ? GM_AGAIN_SAME
                                                                       : GM_AGAIN_UNKNOWN;
}

#endif
