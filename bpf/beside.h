/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What comes to the unprotected port beside REGISTERs. The seed has none of it pass (D.1 4). Phones
 * in the field (profile ts33203) send keep-alives, error answers, and calls for help: an emergency
 * INVITE of whoever is not registered opens a pinhole for the messages of its call
 * (TS 24.229 5.1.6, 5.2.10), and has limits of its own, which nobody else can use up.
 */
#ifndef GMGUARD_BPF_BESIDE_H
#define GMGUARD_BPF_BESIDE_H

#include "clear.h"

/* What the first twelve bytes say. */
enum gm_look {
    GM_LOOK_REGISTER, /* to be judged as one */
    GM_LOOK_SCAN,     /* only a scan can tell */
    GM_LOOK_DONE,     /* all that there is to know: the reason */
};

/* How long a call may be set up, and go on after the phone's last message in it. */
#define GM_CALL_SETUP_S 240ULL
#define GM_CALL_S 43200ULL

static __always_inline struct gm_pinhole_key gm_pinhole_of(gm_u128 source, __u16 port)
{
    struct gm_pinhole_key key = {.address = source, .port = port};

    return key;
}

static __always_inline int gm_is_open(const struct gm_settings *settings,
                                      const struct gm_pinhole_key *key)
{
    __u64 *until = bpf_map_lookup_elem(&gm_pinholes, key);

    return until && *until > gm_now(settings);
}

/* Beside the call's own entry its source has one without a Call-ID, for gm_may_be_emergency(): it
 * lives as long as the call that lives longest. */
static __always_inline void gm_keep_open(const struct gm_settings *settings,
                                         struct gm_pinhole_key *key, __u64 seconds)
{
    __u64 until = gm_now(settings) + seconds * GM_NS_PER_S;

    bpf_map_update_elem(&gm_pinholes, key, &until, BPF_ANY);
    key->call = 0;
    if (!gm_is_open(settings, key) || seconds == GM_CALL_S)
        bpf_map_update_elem(&gm_pinholes, key, &until, BPF_ANY);
}

/* "ACK ", "BYE ", "CANCEL ", "PRACK ", "UPDATE ": what a phone sends in a call that it made. */
static __always_inline int gm_is_of_a_call(__u64 word)
{
    __u32 four = (__u32)word;

    return four == 0x204b4341 || four == 0x20455942 ||
           (word & 0xffffffffffffULL) == 0x204b43415250ULL ||
           (word & 0xffffffffffffffULL) == 0x204c45434e4143ULL ||
           (word & 0xffffffffffffffULL) == 0x20455441445055ULL;
}

/* Whether a request of another method is worth a scan: it begins like "INVITE urn:s", or its source
 * has a call. A call of its own for its stack. REQUIRES: the listener allows emergency calls. */
static __attribute__((noinline)) int gm_may_be_emergency(const struct gm_case *c, __u64 word,
                                                         __u64 rest_and_port, __u64 high, __u64 low)
{
    struct gm_pinhole_key key;
    __u32 rest = (__u32)rest_and_port;

    if ((word & 0xffffffffffffffULL) == 0x20455449564e49ULL) /* "INVITE " */
        return (word >> 56 | 0x20) == 'u' && (rest | 0x20202020) == 0x733a6e72; /* rn:s */
    key = gm_pinhole_of((gm_u128)high << 64 | low, (__u16)(rest_and_port >> 32));
    return gm_is_of_a_call(word) && gm_is_open(c->settings, &key);
}

static __always_inline int gm_check_keepalive(const struct gm_case *c, gm_u128 source)
{
    if (!gm_is_ts33203(c))
        return GM_REASON_keepalive;
    return c->hook != GM_HOOK_FRONT ||
                   gm_within_own_rate(c->settings, source, GM_BUCKET_KEEPALIVE, GM_KEEPALIVE_RATE)
               ? GM_REASON_none
               : GM_REASON_keepalive;
}

/* Looks at the first twelve bytes of a datagram to the unprotected port, eight in `word` and four
 * in `rest`, zeros where it is shorter. Returns the reason against it, if they tell one. */
static __always_inline int gm_first_look(const struct gm_case *c, __u64 word, __u32 rest,
                                         __u32 length, gm_u128 source, __u16 port,
                                         enum gm_look *look)
{
    *look = GM_LOOK_REGISTER;
    if (word == GM_WORD_REGISTER && (char)rest == ' ')
        return GM_REASON_none;
    *look = GM_LOOK_SCAN;
    if (gm_is_other_method(word)) {
        if (c->listener->emergency == GM_EMERGENCY_ALLOW &&
            gm_may_be_emergency(c, word, rest | (__u64)port << 32, (__u64)(source >> 64),
                                (__u64)source))
            return GM_REASON_none;
        *look = GM_LOOK_DONE;
        return GM_REASON_not_register;
    }
    if (!gm_is_keepalive(word, length))
        return GM_REASON_none;
    *look = GM_LOOK_DONE;
    return gm_check_keepalive(c, source);
}

/* Which of these the listener and the hook let the judge do. */
#define GM_BESIDE_CALLS 1u /* emergency calls of nobody */
#define GM_BESIDE_METERS 2u /* counts against the limits, once: gm_front does, and gm_stream */

/* What is to be judged further, beside the reasons. One call after the other, not within each
 * other: the stack of 6.1. */
#define GM_BESIDE_CALL 100 /* an emergency call */
#define GM_BESIDE_OF_A_CALL 101 /* a message of one */

/* The pinhole of the message's call; a reason where its Call-ID cannot be one. */
static __always_inline int gm_read_call(struct gm_work *w, const struct gm_settings *settings,
                                        struct gm_pinhole_key *key)
{
    struct gm_span value = w->sip.first[GM_H_CALL_ID];
    struct gm_hash_input in = {};
    __u32 at, end = gm_end(value);

    at = gm_skip_space(w, value.at, end);
    in.user = gm_span(at, gm_find_space(w, at, end));
    *key = gm_pinhole_of(w->record.source, w->record.source_port);
    return gm_hash_of(w, settings, in, &key->call);
}

/* A message of a call that has a pinhole keeps it open. */
GM_GLOBAL int gm_check_call(struct gm_work *w, const struct gm_settings *settings)
{
    struct gm_pinhole_key key;

    if (!w || !settings || gm_read_call(w, settings, &key) || !gm_is_open(settings, &key))
        return GM_REASON_not_register;
    gm_keep_open(settings, &key, GM_CALL_S);
    return GM_REASON_none;
}

/* Whether the request is an INVITE to urn:service:sos or a service below it (RFC 5031). */
static __always_inline int gm_is_emergency_call(struct gm_work *w)
{
    struct gm_span uri = w->sip.request_uri;
    __u64 high = gm_lower(gm_load8(gm_at(w, uri.at)));
    __u64 low = gm_lower(gm_load8(gm_at(w, (__u32)uri.at + 7)));

    if (w->sip.method.size != 6 || gm_head(gm_load8(w->text), 6) != 0x455449564e49ULL ||
        uri.size < 15 || high != 0x767265733a6e7275ULL || low != 0x736f733a65636976ULL)
        return 0;
    return uri.size == 15 || *gm_at(w, (__u32)uri.at + 15) == '.';
}

/* An emergency call is of nobody: who says in clear who he is would be believed. */
GM_GLOBAL int gm_check_caller(struct gm_work *w)
{
    int reason;

    if (!w)
        return GM_REASON_malformed;
    reason = gm_read_only_uri(w, w->sip.first[GM_H_FROM]);
    if (reason)
        return reason;
    return gm_is_anonymous(w) && !w->sip.count[GM_H_P_PREFERRED_IDENTITY] &&
                   !w->sip.count[GM_H_P_ASSERTED_IDENTITY]
               ? GM_REASON_none
               : GM_REASON_not_register;
}

/* Lets the call begin, within its limits. */
GM_GLOBAL int gm_open_call(struct gm_work *w, const struct gm_settings *settings, __u32 does)
{
    struct gm_pinhole_key key;

    if (!w || !settings || gm_read_call(w, settings, &key))
        return GM_REASON_ambiguous;
    if (does & GM_BESIDE_METERS && !gm_within_emergency_rate(settings, w->record.source))
        return GM_REASON_rate_limited;
    gm_keep_open(settings, &key, GM_CALL_SETUP_S);
    return GM_REASON_none;
}

/* An answer in clear, not to a REGISTER: that a call failed, or of one that has a pinhole. */
static __always_inline int gm_check_clear_answer(struct gm_work *w,
                                                 const struct gm_settings *settings, __u32 does)
{
    struct gm_span method;

    if (w->sip.count[GM_H_CSEQ] != 1 || w->sip.count[GM_H_CALL_ID] != 1 || gm_read_cseq(w, &method))
        return GM_REASON_malformed;
    if (gm_is_register_in_any_case(w, method))
        return GM_REASON_forged_answer;
    if (w->sip.status < 400)
        return GM_BESIDE_OF_A_CALL;
    return !(does & GM_BESIDE_METERS) ||
                   gm_within_own_rate(settings, w->record.source, GM_BUCKET_ANSWER, GM_ANSWER_RATE)
               ? GM_REASON_none
               : GM_REASON_rate_limited;
}

/* A message whose index found nothing wrong: a reason, or where it is to be looked for. */
GM_GLOBAL int gm_judge_beside(struct gm_work *w, const struct gm_settings *settings, __u32 does)
{
    int reason;

    if (!w || !settings)
        return GM_REASON_malformed;
    if (w->sip.kind == GM_KIND_RESPONSE)
        return gm_check_clear_answer(w, settings, does);
    if (!(does & GM_BESIDE_CALLS))
        return GM_REASON_not_register;
    reason = gm_check_structure(w);
    if (reason)
        return reason;
    if (gm_is_emergency_call(w))
        return GM_BESIDE_CALL;
    return gm_is_of_a_call(gm_load8(w->text)) ? GM_BESIDE_OF_A_CALL : GM_REASON_not_register;
}

/* What is against a message that is no REGISTER. REQUIRES: w->sip is its index, which found
 * `reason`. A call of its own for the stack of its callers. */
static __attribute__((noinline)) int gm_check_beside(const struct gm_case *c, struct gm_work *w,
                                                     int reason)
{
    __u32 does = (c->listener->emergency == GM_EMERGENCY_ALLOW ? GM_BESIDE_CALLS : 0) |
                 (c->hook == GM_HOOK_FRONT || w->sip.streamed ? GM_BESIDE_METERS : 0);
    int name = gm_name_indexed(w, reason);

    if (name != GM_REASON_not_register || !gm_is_ts33203(c))
        return name;
    if (reason)
        return reason;
    if (gm_check_source(c))
        return GM_REASON_spoofed_source;
    reason = gm_judge_beside(w, c->settings, does);
    if (reason == GM_BESIDE_CALL) {
        reason = gm_check_via(w);
        if (!reason)
            reason = gm_check_caller(w);
        return reason ? reason : gm_open_call(w, c->settings, does);
    }
    return reason == GM_BESIDE_OF_A_CALL ? gm_check_call(w, c->settings) : reason;
}

#endif
