/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * SIP in a stream (RFC 3261 18.3): where a message begins and ends, and every one judged like a
 * datagram. A header section that is not whole waits in a room of its own, at the socket; no P-CSCF
 * acts on it before it is whole, and nothing of it has two readings when it goes there.
 */
#ifndef GMGUARD_BPF_FRAMING_H
#define GMGUARD_BPF_FRAMING_H

#include "inside.h"
#include "stray.h"

/* What of a segment's payload is not looked at yet, and where its connection will stand once the
 * segment has passed: nothing is remembered of one that is refused. */
struct gm_segment {
    __u32 at;   /* offset in the packet */
    __u32 left; /* bytes from there to its end */
    __u32 body; /* as in struct gm_flow */
    __u32 have;
    __u32 core;    /* 1: the core's, which is only read */
    __u32 arrival; /* enum gm_arrival */
    __u32 peer;    /* enum gm_peer of the source */
    __u32 ours;    /* 1: the P-CSCF opened the connection */
    __u32 way;     /* gm_way_of() the packet */
};

enum gm_taken {
    GM_TAKEN_NEXT,    /* more may follow in the segment */
    GM_TAKEN_ALL,     /* the segment is used up */
    GM_TAKEN_PART,    /* the rest begins a message that is not whole */
    GM_TAKEN_REFUSED, /* a message that may not come */
    GM_TAKEN_EARLY,   /* one that may come later, when its registration is known (H18) */
    GM_TAKEN_LOST,    /* where the next message begins cannot be told */
    GM_TAKEN_FREE,    /* no SIP, to a socket that no listener names */
};

#define GM_PART 256

/* Bytes of the packet on their way into the room. */
struct gm_append {
    struct __sk_buff *skb;
    struct gm_work *w;
    __u32 at;
    __u32 have;
    __u32 size;
    __u32 failed;
};

static long gm_append_step(__u32 i, struct gm_append *a)
{
    __u64 part = (a->size > GM_PART ? GM_PART : a->size) - 1;
    __u32 have = a->have & GM_TEXT_MASK;

    (void)i;
    if (!a->size)
        return 1;
    GM_FORGET(part);
    part &= GM_PART - 1;
    part += 1;
    if (bpf_skb_load_bytes(a->skb, a->at, a->w->text + have, part)) {
        a->failed = 1;
        return 1;
    }
    a->at += part;
    a->have += part;
    a->size -= part;
    return 0;
}

/* Puts `size` bytes of the packet behind the `have` that are in the room. Returns 0 where they are
 * not there. REQUIRES: have + size <= GM_SIP_MAX. A call of its own, as those of stream.h, for the
 * stack of those that judge. */
static __noinline int gm_append(struct __sk_buff *skb, struct gm_work *w, __u32 at, __u32 have,
                                __u32 size)
{
    struct gm_append a = {.skb = skb, .w = w, .at = at, .have = have, .size = size};

    gm_loop(GM_SIP_MAX / GM_PART, gm_append_step, &a);
    return !a.failed;
}

/* Fills the room with the message that the segment begins or goes on with. */
static __always_inline int gm_load_message(struct __sk_buff *skb, struct gm_work *w,
                                           const struct gm_segment *s)
{
    __u32 have = s->have & GM_TEXT_MASK, size = GM_SIP_MAX - have;

    if (size > s->left)
        size = s->left;
    if (!have)
        return gm_copy_bytes(skb, w, s->at, size);
    if (!gm_append(skb, w, s->at, have, size))
        return 0;
    have += size;
    w->sip.length = have;
    GM_FORGET(have);
    if (have <= GM_SIP_MAX)
        *(__u64 *)(w->text + have) = 0;
    return 1;
}

static __always_inline void gm_advance(struct gm_segment *s, __u32 size)
{
    s->at += size;
    s->left -= size;
}

/* CRs and LFs between messages (RFC 3261 7.5; RFC 5626 3.5.1), the first eight. */
static __always_inline __u32 gm_count_line_ends(const struct gm_work *w)
{
    __u32 k;

    for (k = 0; k < 8; ++k)
        if (w->text[k] != '\r' && w->text[k] != '\n')
            break;
    return k < w->sip.length ? k : w->sip.length;
}

/* The body's length, which has to be there. */
static __always_inline int gm_read_body(const struct gm_work *w, __u32 *body)
{
    __u32 end;
    __s64 length;

    if (w->sip.count[GM_H_CONTENT_LENGTH] > 1)
        return GM_REASON_ambiguous;
    if (!w->sip.count[GM_H_CONTENT_LENGTH])
        return GM_REASON_malformed;
    length = gm_read_number(w, w->sip.first[GM_H_CONTENT_LENGTH], 0xffffffff, 1, &end);
    if (length < 0)
        return GM_REASON_malformed;
    *body = length;
    return length > GM_BODY_MAX ? GM_REASON_oversize : GM_REASON_none;
}

/* Indexes what is there. A CR at its end may have its LF still to come. */
static __always_inline int gm_index_stream(struct gm_work *w)
{
    __u32 length = w->sip.length;

    if (length > 1 && *gm_at(w, length - 1) == '\r')
        w->sip.length = length - 1;
    w->sip.streamed = 1;
    return gm_sip_index(w);
}

/* Whether all that was found wrong is that the end is not there. REQUIRES: `reason` is
 * gm_index_stream()'s. */
static __always_inline int gm_is_unfinished(const struct gm_work *w, int reason)
{
    if (w->scan.done || w->scan.reason || w->scan.at < w->sip.length)
        return 0;
    return !w->scan.start_end || reason == GM_REASON_malformed;
}

/* Where to a phone's message may not come at all, by its first bytes: they decide before the rest
 * is there. */
static __always_inline int gm_is_foreign_start(const struct gm_case *c, const struct gm_work *w)
{
    return c->listener->role == GM_ROLE_UNPROTECTED && !gm_is_ts33203(c) &&
           gm_is_other_method(gm_load8(w->text));
}

/* What is refused for now may come again: its registration may be known by then (H18), or its
 * bucket fuller. */
static __always_inline enum gm_taken gm_name_refusal(const struct gm_case *c)
{
    return c->reason == GM_REASON_unregistered || c->reason == GM_REASON_identity_not_bound ||
                   c->reason == GM_REASON_esp_unknown_spi || c->reason == GM_REASON_rate_limited
               ? GM_TAKEN_EARLY
               : GM_TAKEN_REFUSED;
}

/* Judges the message whose index found `reason`. */
static __always_inline void gm_judge_message(struct gm_case *c, struct gm_work *w,
                                             const struct gm_segment *s, int reason)
{
    if (c->listener->role == GM_ROLE_UNNAMED && !s->ours) {
        gm_fails(c, GM_REASON_not_listener);
        return;
    }
    if (c->listener->role != GM_ROLE_UNPROTECTED) {
        if (!gm_judge_protected(c, w, reason))
            gm_tap_protected(c, w);
        return;
    }
    if (gm_load8(w->text) != GM_WORD_REGISTER || w->text[8] != ' ')
        gm_fails(c, gm_check_beside(c, w, reason));
    else if (!gm_judge_clear(c, w, reason))
        gm_tap(c, w, GM_TAP_CLEAR);
}

/* The core's message: answers to REGISTER are read. */
static __always_inline void gm_read_core(struct gm_case *c, struct gm_work *w)
{
    if (gm_is_answer(w))
        gm_tap(c, w, GM_TAP_CORE);
}

/* The message in the room is as long as it says, as far as it is here. */
static __always_inline void gm_cut(struct gm_work *w, __u32 here, __u32 body)
{
    __u32 whole = w->sip.body + body;

    w->sip.length = whole < here ? whole : here;
}

static __always_inline int gm_open_case(struct gm_case *c, const struct gm_work *w,
                                        const struct gm_segment *s)
{
    c->settings = gm_settings_now();
    c->peer = s->peer;
    if (!c->settings)
        return 0;
    if (!s->core)
        c->listener =
            gm_listener_at(w->record.destination, w->record.destination_port, GM_TCP, s->arrival);
    gm_take_way(c, s->way);
    return s->core || c->listener;
}

/* Takes the next message of the segment: judges it, counts and reports it, taps it. REQUIRES: it
 * begins where s->at is, or goes on there with s->have bytes of it in the room. */
GM_GLOBAL int gm_take_message(struct __sk_buff *skb, struct gm_work *w, struct gm_segment *s)
{
    struct gm_case c = {.hook = GM_HOOK_INSIDE};
    __u32 here, body = 0;
    int reason;

    if (!w || !s || !s->left || !gm_open_case(&c, w, s) || !gm_load_message(skb, w, s))
        return GM_TAKEN_LOST;
    here = s->have ? 0 : gm_count_line_ends(w);
    if (here) {
        gm_advance(s, here);
        return s->left ? GM_TAKEN_NEXT : GM_TAKEN_ALL;
    }
    here = w->sip.length;
    reason = gm_index_stream(w);
    if (gm_is_unfinished(w, reason) && !(c.listener && gm_is_foreign_start(&c, w))) {
        if (here < GM_SIP_MAX)
            return GM_TAKEN_PART;
        reason = GM_REASON_oversize;
    }
    w->sip.length = here;
    if (!reason)
        reason = gm_read_body(w, &body);
    if (!reason)
        gm_cut(w, here, body);
    if (s->core || !c.listener) {
        if (reason)
            return GM_TAKEN_LOST;
        gm_read_core(&c, w);
    } else {
        if (c.listener->role == GM_ROLE_UNNAMED && reason && !gm_says_sip(w))
            return GM_TAKEN_FREE;
        gm_judge_message(&c, w, s, reason);
        if (gm_leave(&c, w) == GM_REFUSE)
            return gm_name_refusal(&c);
        if (reason)
            return GM_TAKEN_LOST;
    }
    gm_advance(s, w->sip.body - s->have);
    s->have = 0;
    s->body = body;
    return s->left ? GM_TAKEN_NEXT : GM_TAKEN_ALL;
}

/* Skips what is here of a body; 0 where that is all. */
static __always_inline int gm_skip_body(struct gm_segment *s)
{
    __u32 here = s->body < s->left ? s->body : s->left;

    gm_advance(s, here);
    s->body -= here;
    return s->left != 0;
}

/* Messages of one packet; what is behind them has to come again. */
#define GM_SEGMENT_MESSAGES 128

/* Takes the segment's messages, up to one that is not whole or may not come. No step of gm_loop,
 * for the stack of those that judge: with one 6.1 counts 544 bytes (clang 19). */
static __always_inline enum gm_taken gm_take_messages(struct __sk_buff *skb, struct gm_work *w,
                                                      struct gm_segment *s)
{
    enum gm_taken taken = GM_TAKEN_NEXT;
    __u32 i;

    for (i = 0; i < GM_SEGMENT_MESSAGES; ++i) {
        if (!gm_skip_body(s))
            return GM_TAKEN_ALL;
        taken = gm_take_message(skb, w, s);
        if (taken != GM_TAKEN_NEXT)
            break;
    }
    return taken;
}

#endif
