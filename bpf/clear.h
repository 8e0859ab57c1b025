/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The unprotected port: what may come in clear (D.1 4), judged in full. gm_front does it for every
 * datagram that arrives whole; gm_inside again, for what arrived in fragments.
 */
#ifndef GMGUARD_BPF_CLEAR_H
#define GMGUARD_BPF_CLEAR_H

#include "rate.h"
#include "register.h"
#include "verdict.h"

/* Four bytes of a message as they are read into a word: what is dropped most must not cost a scan.
 */
#define GM_FOUR(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

/* Whether the message starts with a method, other than REGISTER, that SIP defines (RFC 3261, 3262,
 * 3265, 3311, 3428, 3515, 3903, 6086). */
static __always_inline int gm_is_other_method(__u64 word)
{
    __u32 next = word >> 32;

    switch ((__u32)word) {
    case GM_FOUR('A', 'C', 'K', ' '):
    case GM_FOUR('B', 'Y', 'E', ' '):
        return 1;
    case GM_FOUR('I', 'N', 'F', 'O'):
        return (__u8)next == ' ';
    case GM_FOUR('P', 'R', 'A', 'C'):
        return (__u16)next == GM_FOUR('K', ' ', 0, 0);
    case GM_FOUR('R', 'E', 'F', 'E'):
        return (__u16)next == GM_FOUR('R', ' ', 0, 0);
    case GM_FOUR('I', 'N', 'V', 'I'):
    case GM_FOUR('U', 'P', 'D', 'A'):
        return (next & 0xffffff) == GM_FOUR('T', 'E', ' ', 0);
    case GM_FOUR('N', 'O', 'T', 'I'):
        return (next & 0xffffff) == GM_FOUR('F', 'Y', ' ', 0);
    case GM_FOUR('C', 'A', 'N', 'C'):
        return (next & 0xffffff) == GM_FOUR('E', 'L', ' ', 0);
    case GM_FOUR('M', 'E', 'S', 'S'):
        return next == GM_FOUR('A', 'G', 'E', ' ');
    case GM_FOUR('O', 'P', 'T', 'I'):
        return next == GM_FOUR('O', 'N', 'S', ' ');
    case GM_FOUR('P', 'U', 'B', 'L'):
        return next == GM_FOUR('I', 'S', 'H', ' ');
    case GM_FOUR('S', 'U', 'B', 'S'):
        return next == GM_FOUR('C', 'R', 'I', 'B');
    }
    return 0;
}

/* Keep-alives: less than a start line can be, CRLFs, or STUN (RFC 5626 3.5, 5389 6). REQUIRES:
 * eight bytes in `word`, zeros where the payload is shorter. */
static __always_inline int gm_is_keepalive(__u64 word, __u32 length)
{
    if (length < 4 || (length == 4 && (__u32)word == 0x0a0d0a0d))
        return 1;
    return length >= 20 && (word & 0xc0) == 0 && (__u32)(word >> 32) == 0x42a41221;
}

/* "anonymous.invalid" (RFC 3323 4.1.1.3): lawful where the identity is given elsewhere or is left
 * to the P-CSCF. */
static __always_inline int gm_is_anonymous(struct gm_work *w)
{
    struct gm_span host = w->uri.host;

    return host.size == 17 && gm_lower(gm_load8(gm_at(w, host.at))) == 0x756f6d796e6f6e61ULL &&
           gm_lower(gm_load8(gm_at(w, host.at + 8))) == 0x696c61766e692e73ULL &&
           (*gm_at(w, host.at + 16) | 0x20) == 'd';
}

/* Why a message that is no REGISTER may not come: an answer, a request of an unknown method, or no
 * SIP at all. REQUIRES: w->sip is its index, which found `reason`. */
static __always_inline int gm_name_indexed(struct gm_work *w, int reason)
{
    struct gm_span method;

    if (w->sip.kind == GM_KIND_NONE)
        return GM_REASON_not_sip;
    if (!reason && w->sip.kind == GM_KIND_RESPONSE && w->sip.count[GM_H_CSEQ] == 1 &&
        !gm_read_cseq(w, &method) && gm_is_register(w, method))
        return GM_REASON_forged_answer;
    return GM_REASON_not_register;
}

static __always_inline int gm_class_reason(__u32 class)
{
    return class == GM_CLASS_CLEAR_RESPONSE ? GM_REASON_clear_response
           : class == GM_CLASS_OTHER_SCHEME ? GM_REASON_other_scheme
                                            : GM_REASON_none;
}

/* The challenge with this nonce that the source was sent, or NULL. A call of its own, as
 * gm_binding_of(). */
static __attribute__((noinline)) const struct gm_challenge *
gm_challenge_of(const struct gm_settings *settings, gm_u128 source, gm_u128 nonce)
{
    struct gm_challenge_key key = {
        .address = gm_masked(source, gm_form_of(settings, source).bits),
        .nonce = nonce,
    };
    const struct gm_challenge *challenge = bpf_map_lookup_elem(&gm_challenges, &key);

    return challenge && challenge->expires_ns > gm_now(settings) ? challenge : NULL;
}

/* The live challenge whose nonce the REGISTER bears, if its source was sent it; or NULL. REQUIRES:
 * w->digest is this message's. A call of its own for its stack. */
static __attribute__((noinline)) const struct gm_challenge *
gm_find_challenge(struct gm_work *w, const struct gm_settings *settings)
{
    struct gm_hash_input in = {.user = w->digest.value[GM_D_NONCE]};
    gm_u128 nonce;

    return gm_hash_of(w, settings, in, &nonce) ? NULL
                                               : gm_challenge_of(settings, w->record.source, nonce);
}

/* A failure REGISTER carries a nonce that its source was sent (D.2.1). */
static __always_inline int gm_check_failure(struct gm_work *w, const struct gm_settings *settings,
                                            struct gm_register *r)
{
    const struct gm_challenge *challenge;

    if (r->class != GM_CLASS_NETWORK_AUTH_FAILURE && r->class != GM_CLASS_SYNC_FAILURE)
        return GM_REASON_none;
    challenge = gm_find_challenge(w, settings);
    return challenge && challenge->user == r->user ? GM_REASON_none : GM_REASON_unmatched_failure;
}

/* Reads a REGISTER as far as every listener needs it: structure, Via, class, To, user. REQUIRES:
 * w->sip is its index. */
GM_GLOBAL int gm_read_register(struct gm_work *w, const struct gm_settings *settings,
                               struct gm_register *r)
{
    int reason;

    if (!w || !settings || !r)
        return GM_REASON_malformed;
    reason = gm_check_structure(w);
    if (!reason)
        reason = gm_check_via(w);
    if (!reason)
        reason = gm_check_class(w, r);
    if (!reason)
        reason = gm_read_to(w);
    return reason ? reason : gm_read_user(w, settings, r);
}

/* A source that only the core or this host has (H8). */
static __always_inline int gm_check_source(const struct gm_case *c)
{
    if (!c->peer || (c->peer == GM_PEER_CORE && c->listener->shared_interface))
        return GM_REASON_none;
    return GM_REASON_spoofed_source;
}

/* Judges a REGISTER that came in clear. REQUIRES: w->sip is its index, which found `reason`.
 * Returns 1 to drop it. */
static __always_inline int gm_judge_clear(struct gm_case *c, struct gm_work *w, int reason)
{
    const struct gm_settings *settings = c->settings;
    struct gm_register r = {};
    struct gm_binding *binding;

    if (!reason)
        reason = gm_read_register(w, settings, &r);
    if (reason)
        return gm_fails(c, reason);
    if (gm_fails(c, gm_class_reason(r.class)) || gm_fails(c, gm_check_domain(w, settings)) ||
        gm_fails(c, gm_check_contacts(w, gm_is_ts33203(c) ? GM_ANY_PORT : w->record.source_port)) ||
        gm_fails(c, gm_check_source(c)) || gm_fails(c, gm_check_failure(w, settings, &r)))
        return 1;
    if (w->sos && c->listener->emergency)
        return (c->hook == GM_HOOK_FRONT || w->sip.streamed) &&
               !gm_within_emergency_rate(settings, w->record.source) &&
               gm_fails(c, GM_REASON_rate_limited);
    binding = gm_binding_of(settings, w->record.source, w->record.source_port);
    if (binding && gm_is_exclusive(binding) && binding->user != r.user) {
        w->record.holder = binding->subscriber;
        if (!gm_may_contest(settings, w->record.source) &&
            (gm_fails(c, GM_REASON_selector_taken) || gm_fails(c, GM_REASON_user_mismatch)))
            return 1;
    }
    if (gm_fails(c, gm_check_ports(w, settings, &r)))
        return 1;
    /* Datagrams are counted once, by gm_front. */
    if ((c->hook == GM_HOOK_FRONT || w->sip.streamed) &&
        !gm_within_rate(settings, w, r.user, binding && binding->user == r.user))
        return gm_fails(c, GM_REASON_rate_limited);
    return 0;
}

#endif
