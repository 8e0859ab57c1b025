/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * A protected port: every message is held to the identity that registered from its selector (D.1).
 * Which identity a message claims: P-Preferred- and P-Asserted-Identity, each value of it; and
 * From, of a request that opens a dialog or stands alone (no To tag). From in answers is the
 * caller's, and in a dialog it is what was dialled: there it only must not be another live
 * subscriber's alone (H13). In the profile ts33203 that holds of every From (H12).
 */
#ifndef GMGUARD_BPF_PROTECTED_H
#define GMGUARD_BPF_PROTECTED_H

#include "beside.h"
#include "opened.h"

/* Who is asked for, and the answer, of one message. */
struct gm_claim {
    __u64 subscriber; /* bound to the selector; 0: nobody */
    __u32 adopted;    /* its identities are not known: any will do that nobody else holds (H14) */
    __u32 loose;      /* From only must not be another's: in a dialog, and in ts33203 */
};

/* Identities that one header may carry: a SIP and a tel URI (RFC 3325 9.1), and some more. */
#define GM_IDENTITIES 4

/* Whether the claimed subscriber may speak as this identity, whose hash comes in two halves. A call
 * of its own for its stack: inlined into what calls the hash, 6.1 counts 544 bytes (clang 19). */
static __attribute__((noinline)) int gm_may_claim(const struct gm_settings *settings,
                                                  const struct gm_claim *claim, __u64 high,
                                                  __u64 low)
{
    gm_u128 identity = (gm_u128)high << 64 | low;
    const struct gm_owner *owner = gm_owner_of(identity);

    if (claim->adopted && !gm_is_live_other(settings, owner, claim->subscriber))
        return 1;
    return gm_has_identity(owner, claim->subscriber, identity);
}

/* Whether the identity is another's and not the claimed subscriber's, too: of one that several
 * have, or one user at two selectors while he renews, the oldest binding is the owner. */
static __attribute__((noinline)) int gm_is_anothers(const struct gm_settings *settings,
                                                    const struct gm_claim *claim, __u64 high,
                                                    __u64 low)
{
    gm_u128 identity = (gm_u128)high << 64 | low;
    const struct gm_owner *owner = gm_owner_of(identity);

    return gm_is_live_other(settings, owner, claim->subscriber) &&
           !gm_has_identity(owner, claim->subscriber, identity);
}

/* One identity in w->uri is the claimed subscriber's. */
static __always_inline int gm_check_identity(struct gm_work *w, const struct gm_settings *settings,
                                             const struct gm_claim *claim)
{
    gm_u128 identity;

    if (w->uri.escaped)
        return GM_REASON_ambiguous;
    if (gm_hash_of(w, settings, gm_uri_identity(w), &identity))
        return GM_REASON_ambiguous;
    if (identity == w->own)
        return GM_REASON_none;
    return gm_may_claim(settings, claim, (__u64)(identity >> 64), (__u64)identity)
               ? GM_REASON_none
               : GM_REASON_identity_not_bound;
}

/* Every value of the header whose value begins at w->value.at. */
GM_GLOBAL int gm_check_identities(struct gm_work *w, const struct gm_settings *settings,
                                  struct gm_claim *claim)
{
    int i, reason;

    if (!w || !settings || !claim)
        return GM_REASON_malformed;
    for (i = 0; i < GM_IDENTITIES; ++i) {
        if (!gm_list_next(w))
            return w->value.reason ? (int)w->value.reason
                                   : (i ? GM_REASON_none : GM_REASON_malformed);
        reason = gm_read_uri(w, w->value.uri.at, gm_end(w->value.uri));
        if (!reason)
            reason = gm_check_identity(w, settings, claim);
        if (reason)
            return reason;
    }
    return w->value.at < w->value.end ? GM_REASON_ambiguous : GM_REASON_none;
}

/* P-Preferred-Identity and P-Asserted-Identity, which may be there once each. */
static __always_inline int gm_check_p_headers(struct gm_work *w, const struct gm_settings *settings,
                                              struct gm_claim *claim)
{
    int reason = GM_REASON_none;

    if (w->sip.count[GM_H_P_PREFERRED_IDENTITY] > 1 || w->sip.count[GM_H_P_ASSERTED_IDENTITY] > 1)
        return GM_REASON_ambiguous;
    if (w->sip.count[GM_H_P_PREFERRED_IDENTITY]) {
        gm_list_start(w, w->sip.first[GM_H_P_PREFERRED_IDENTITY]);
        reason = gm_check_identities(w, settings, claim);
    }
    if (!reason && w->sip.count[GM_H_P_ASSERTED_IDENTITY]) {
        gm_list_start(w, w->sip.first[GM_H_P_ASSERTED_IDENTITY]);
        reason = gm_check_identities(w, settings, claim);
    }
    return reason;
}

/* From, by the place of the message in its dialog. */
GM_GLOBAL int gm_check_from(struct gm_work *w, const struct gm_settings *settings,
                            struct gm_claim *claim)
{
    gm_u128 identity;
    int reason;

    if (!w || !settings || !claim)
        return GM_REASON_malformed;
    reason = gm_read_only_uri(w, w->sip.first[GM_H_FROM]);
    if (reason)
        return reason;
    if (!claim->loose)
        return gm_is_anonymous(w) ? GM_REASON_none : gm_check_identity(w, settings, claim);
    if (gm_hash_of(w, settings, gm_uri_identity(w), &identity) || identity == w->own)
        return GM_REASON_none;
    return gm_is_anothers(settings, claim, (__u64)(identity >> 64), (__u64)identity)
               ? GM_REASON_identity_not_bound
               : GM_REASON_none;
}

/* A request whose To carries a tag is in a dialog. */
GM_GLOBAL int gm_read_to_tag(struct gm_work *w, struct gm_claim *claim)
{
    int reason;

    if (!w || !claim)
        return GM_REASON_malformed;
    gm_list_start(w, w->sip.first[GM_H_TO]);
    if (!gm_list_next(w))
        return w->value.reason ? (int)w->value.reason : GM_REASON_malformed;
    reason = gm_read_params(w, w->value.params.at, gm_end(w->value.params));
    claim->loose |= (w->params.seen & 1u << GM_P_TAG) != 0;
    return reason;
}

/* An answer: never to a REGISTER, which a phone is not sent (H1). */
GM_GLOBAL int gm_check_answer(struct gm_work *w)
{
    struct gm_span method;

    if (!w)
        return GM_REASON_malformed;
    if (w->sip.count[GM_H_CSEQ] != 1 || gm_read_cseq(w, &method))
        return GM_REASON_malformed;
    if (gm_is_register_in_any_case(w, method))
        return GM_REASON_forged_answer;
    return GM_REASON_none;
}

/* A request other than REGISTER, or an answer. */
static __always_inline int gm_check_claim(struct gm_work *w, const struct gm_settings *settings,
                                          struct gm_claim *claim)
{
    int is_request = w->sip.kind == GM_KIND_REQUEST;
    int reason = is_request ? gm_check_structure(w) : gm_check_answer(w);

    if (!reason && is_request)
        reason = gm_read_to_tag(w, claim);
    if (!reason)
        reason = gm_check_p_headers(w, settings, claim);
    return reason || !is_request ? reason : gm_check_from(w, settings, claim);
}

/* REGISTER or NOTIFY but for the case of its letters. Methods are case-sensitive, and some P-CSCFs
 * do not know (Kamailio): what is judged here as one method they would take for the other. */
static __always_inline int gm_is_disguised(const struct gm_work *w)
{
    struct gm_span method = w->sip.method;
    __u64 word = gm_head(gm_load8(w->text), method.size);

    return (gm_is_register_in_any_case(w, method) && !gm_is_register(w, method)) ||
           (gm_lower(word) == 0x796669746f6eULL && word != 0x594649544f4eULL); /* notify */
}

/* "reg" (RFC 3680): what is registered is the core's to say (H2). */
static __always_inline int gm_is_reg_event(struct gm_work *w)
{
    struct gm_span event = w->sip.first[GM_H_EVENT];
    __u32 at, end = gm_end(event);
    char next;

    if (w->sip.method.size != 6 || gm_head(gm_load8(w->text), 6) != 0x594649544f4eULL ||
        !w->sip.count[GM_H_EVENT])
        return 0;
    at = gm_skip_space(w, event.at, end);
    if (at < end && gm_is_space(*gm_at(w, at)))
        return 1;
    next = at + 3 < end ? *gm_at(w, at + 3) : ';';
    return gm_head(gm_lower(gm_load8(gm_at(w, at))), 3) == 0x676572 &&
           (next == ';' || next == '.' || gm_is_space(next));
}

/* Where a REGISTER on a protected port comes from, and where it says that it can be reached. To the
 * letter of the seed that is one place. Phones in the field send from the client port that was
 * negotiated with the nonce they answer, else with the binding they renew, and are reached at the
 * server port; without either the address alone counts. */
static __always_inline int gm_check_place(struct gm_case *c, struct gm_work *w,
                                          const struct gm_binding *binding,
                                          const struct gm_register *r)
{
    const struct gm_challenge *challenge = NULL;
    __u32 client = 0, server = GM_ANY_PORT;

    if (!gm_is_ts33203(c))
        return gm_check_contacts(w, w->record.source_port);
    if (r->class != GM_CLASS_INITIAL && r->class != GM_CLASS_OTHER_SCHEME)
        challenge = gm_find_challenge(w, c->settings);
    if (challenge) {
        client = challenge->client_port;
        server = challenge->server_port;
    } else if (binding && binding->user == r->user) {
        client = binding->client_port;
        server = binding->server_port;
    }
    if (client && client != w->record.source_port)
        return GM_REASON_contact_mismatch;
    return gm_check_contacts(w, server);
}

/* Whether the REGISTER of another user than the selector's may go on to the core: it answers a
 * challenge of its own, and the selector may be contested. */
static __always_inline int gm_is_contest(struct gm_work *w, const struct gm_settings *settings,
                                         const struct gm_register *r)
{
    const struct gm_challenge *challenge;

    if (r->class == GM_CLASS_INITIAL || r->class == GM_CLASS_OTHER_SCHEME ||
        !gm_may_contest(settings, w->record.source))
        return 0;
    challenge = gm_find_challenge(w, settings);
    return challenge && challenge->user == r->user;
}

/* A REGISTER through a security association. Whoever has none yet bound may open one here. */
static __always_inline int gm_judge_inner_register(struct gm_case *c, struct gm_work *w,
                                                   struct gm_binding *binding)
{
    struct gm_register r = {};
    int reason = gm_read_register(w, c->settings, &r);

    if (reason)
        return gm_fails(c, reason);
    if (gm_fails(c, gm_check_domain(w, c->settings)) ||
        gm_fails(c, gm_check_place(c, w, binding, &r)))
        return 1;
    if (binding && gm_is_exclusive(binding) && binding->user != r.user &&
        !gm_is_contest(w, c->settings, &r)) {
        w->record.holder = binding->subscriber;
        return gm_fails(c, GM_REASON_user_mismatch) || gm_fails(c, GM_REASON_selector_taken);
    }
    return gm_fails(c, gm_check_ports(w, c->settings, &r));
}

/* Judges a message that came to a protected port. REQUIRES: w->sip is its index, which found
 * `reason`. Returns 1 to drop it. */
static __always_inline int gm_judge_protected(struct gm_case *c, struct gm_work *w, int reason)
{
    struct gm_claim claim = {.loose = gm_is_ts33203(c)};
    struct gm_binding *binding;

    if (!reason && w->sip.kind == GM_KIND_REQUEST && gm_is_disguised(w))
        reason = GM_REASON_ambiguous;
    if (reason)
        return gm_fails(c, reason);
    if (gm_fails(c, gm_check_source(c)))
        return 1;
    binding = gm_binding_of(c->settings, w->record.source, w->record.source_port);
    w->own = binding ? binding->identity : 0;
    /* Only here: what comes in clear proves nobody's presence (I1), and the sight of a new port
     * ends the old one (D.2.3). */
    if (binding)
        binding->last_seen_ns = gm_now(c->settings);
    if (w->sip.kind == GM_KIND_REQUEST && gm_is_register(w, w->sip.method)) {
        if (gm_fails(c, gm_check_association(c, w, binding, 1)))
            return 1;
        return gm_judge_inner_register(c, w, binding);
    }
    if (w->sip.kind == GM_KIND_REQUEST && gm_is_reg_event(w))
        return gm_fails(c, GM_REASON_forged_answer);
    if (!binding) {
        if (gm_fails(c, GM_REASON_unregistered))
            return 1;
    } else {
        claim.subscriber = binding->subscriber;
        claim.adopted = binding->state == GM_STATE_ADOPTED;
        w->record.holder = binding->subscriber;
    }
    if (gm_fails(c, gm_check_association(c, w, binding, 0)))
        return 1;
    return gm_fails(c, gm_check_claim(w, c->settings, &claim));
}

#endif
