/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What every REGISTER is held to, in clear and on a protected port: its structure, its class, its
 * Contact, its domain. Each part leaves a reason, or none; the callers apply the modes.
 */
#ifndef GMGUARD_BPF_REGISTER_H
#define GMGUARD_BPF_REGISTER_H

#include "binding.h"
#include "gmguard/proto/digest.h"

enum gm_class {
    GM_CLASS_INITIAL,
    GM_CLASS_NETWORK_AUTH_FAILURE,
    GM_CLASS_SYNC_FAILURE,
    GM_CLASS_CLEAR_RESPONSE,
    GM_CLASS_OTHER_SCHEME,
};

/* What the parts below found out about the REGISTER. */
struct gm_register {
    gm_u128 user; /* hash of its IMPI */
    __u32 class;  /* enum gm_class */
    __u32 pad;
};

/* Headers that a request has once, or at most once. */
static __always_inline int gm_check_counts(const struct gm_work *w)
{
    const __u8 *n = w->sip.count;

    if (n[GM_H_FROM] > 1 || n[GM_H_TO] > 1 || n[GM_H_CALL_ID] > 1 || n[GM_H_CSEQ] > 1 ||
        n[GM_H_MAX_FORWARDS] > 1 || n[GM_H_CONTENT_LENGTH] > 1 || n[GM_H_EXPIRES] > 1 ||
        n[GM_H_AUTHORIZATION] > 1 || n[GM_H_EVENT] > 1)
        return GM_REASON_ambiguous;
    if (!n[GM_H_FROM] || !n[GM_H_TO] || !n[GM_H_CALL_ID] || !n[GM_H_CSEQ] || !n[GM_H_VIA])
        return GM_REASON_malformed;
    return GM_REASON_none;
}

/* Content-Length, where it is there, says what is there: less is a second message behind the
 * first, more is a message that is not whole. In a stream it is what frames it (framing.h). */
static __always_inline int gm_check_length(const struct gm_work *w)
{
    __u32 end, body = w->sip.length - w->sip.body;
    __s64 length;

    if (w->sip.streamed || !w->sip.count[GM_H_CONTENT_LENGTH])
        return GM_REASON_none;
    length = gm_read_number(w, w->sip.first[GM_H_CONTENT_LENGTH], 0xffffffff, 1, &end);
    if (length < 0 || length > body)
        return GM_REASON_malformed;
    return length < body ? GM_REASON_ambiguous : GM_REASON_none;
}

/* CSeq names the method of the request line. */
static __always_inline int gm_check_cseq(struct gm_work *w)
{
    struct gm_span method;
    int reason = gm_read_cseq(w, &method);

    if (reason)
        return reason;
    if (method.size != w->sip.method.size)
        return GM_REASON_malformed;
    return gm_same_text(w, method.at, w->sip.method.at, method.size) ? GM_REASON_none
                                                                     : GM_REASON_malformed;
}

/* What every request is held to. */
GM_GLOBAL int gm_check_structure(struct gm_work *w)
{
    int reason;

    if (!w)
        return GM_REASON_malformed;
    reason = gm_check_counts(w);
    if (!reason)
        reason = gm_check_length(w);
    if (!reason)
        reason = gm_check_cseq(w);
    return reason;
}

/* A phone's REGISTER has one Via, without what proxies add to it: received=, a value of rport=, and
 * maddr=, which would send the answer elsewhere. */
GM_GLOBAL int gm_check_via(struct gm_work *w)
{
    struct gm_span via;
    __u32 semicolon;
    int reason;

    if (!w)
        return GM_REASON_malformed;
    via = w->sip.first[GM_H_VIA];
    if (w->sip.count[GM_H_VIA] > 1)
        return GM_REASON_ambiguous;
    semicolon = gm_find(w, via.at, gm_end(via), GM_SET(';', ',', '"'));
    if (semicolon > gm_end(via))
        return GM_REASON_ambiguous;
    reason = gm_read_params(w, semicolon, gm_end(via));
    if (reason)
        return reason;
    if (w->params.list)
        return GM_REASON_ambiguous;
    if (w->params.seen & (1u << GM_P_RECEIVED | 1u << GM_P_MADDR))
        return GM_REASON_forged_parameter;
    if (w->params.seen & 1u << GM_P_RPORT && w->params.value[GM_P_RPORT].size)
        return GM_REASON_forged_parameter;
    return GM_REASON_none;
}

/* ;alias= makes Kamailio send to where it says, ;maddr= anybody. */
static __always_inline int gm_check_uri_params(struct gm_work *w)
{
    struct gm_span params = w->uri.params;
    int reason;

    if (!params.size)
        return GM_REASON_none;
    reason = gm_read_params(w, params.at, gm_end(params));
    if (reason)
        return reason;
    return w->params.seen & (1u << GM_P_ALIAS | 1u << GM_P_MADDR) ? GM_REASON_forged_parameter
                                                                  : GM_REASON_none;
}

/* A Contact's port is not looked at. */
#define GM_ANY_PORT 0

/* One Contact: its URI names the packet's own source address and this port; a port that is not
 * written is 5060, of sips: 5061. */
static __always_inline int gm_check_contact_uri(struct gm_work *w, __u32 wanted)
{
    __u32 port;
    int reason;

    reason = gm_read_uri(w, w->value.uri.at, gm_end(w->value.uri));
    if (!reason)
        reason = gm_check_uri_params(w);
    if (reason)
        return reason;
    if (w->uri.host_kind != GM_HOST_V4 && w->uri.host_kind != GM_HOST_V6)
        return GM_REASON_contact_mismatch;
    port = w->uri.port ? w->uri.port : w->uri.scheme == GM_SCHEME_SIPS ? 5061 : 5060;
    w->sos &= w->uri.params.size && w->params.seen & 1u << GM_P_SOS ? 1 : 0;
    if (w->uri.address != w->record.inner || (wanted != GM_ANY_PORT && port != wanted))
        return GM_REASON_contact_mismatch;
    return GM_REASON_none;
}

/* Contacts that one REGISTER may carry. */
#define GM_CONTACTS 8

/* Every Contact is at the address that the packet comes from (seed 2.2, 4; D.1), with this port. A
 * REGISTER without Contact asks what is registered and names no address; "*" names all of this
 * user's own. Leaves in w->sos whether they are for emergency calls. */
GM_GLOBAL int gm_check_contacts(struct gm_work *w, __u32 port)
{
    struct gm_span contact;
    int i, reason;

    if (!w)
        return GM_REASON_malformed;
    contact = w->sip.first[GM_H_CONTACT];
    w->sos = 0;
    if (!w->sip.count[GM_H_CONTACT])
        return GM_REASON_none;
    w->sos = 1;
    if (w->sip.count[GM_H_CONTACT] > 1)
        return GM_REASON_ambiguous;
    gm_list_start(w, contact);
    for (i = 0; i < GM_CONTACTS; ++i) {
        if (!gm_list_next(w))
            return w->value.reason ? (int)w->value.reason
                                   : (i ? GM_REASON_none : GM_REASON_malformed);
        if (w->value.uri.size == 1 && *gm_at(w, w->value.uri.at) == '*') {
            w->sos = 0;
            return i == 0 && w->value.at >= w->value.end ? GM_REASON_none : GM_REASON_ambiguous;
        }
        reason = gm_check_contact_uri(w, port);
        if (reason)
            return reason;
    }
    return w->value.at < w->value.end ? GM_REASON_ambiguous : GM_REASON_none;
}

/* Mechanisms that one Security-Client may list: phones list up to a dozen. */
#define GM_MECHANISMS 16

/* Whether the selector of the source and the port that is written in the parameter `id` is another
 * user's than this one. */
GM_GLOBAL int gm_is_anothers_port(struct gm_work *w, const struct gm_settings *settings,
                                  const struct gm_register *r, __u32 id)
{
    struct gm_binding *binding;
    __u32 end;
    __s64 port;

    if (!w || !settings || !r || id >= GM_P_COUNT || !(w->params.seen & 1u << id))
        return 0;
    port = gm_read_number(w, w->params.value[id], 0xffff, 1, &end);
    if (port <= 0)
        return 0;
    binding = gm_binding_of(settings, w->record.source, (__u16)port);
    if (!binding || !gm_is_exclusive(binding) || binding->user == r->user ||
        gm_may_contest(settings, w->record.source))
        return 0;
    w->record.holder = binding->subscriber;
    return 1;
}

/* The ports that Security-Client names, of every mechanism, are not another user's (H3): the P-CSCF
 * would make an association for them with this one's keys. Where ports do not count, the selector
 * is that of the packet itself, which the caller has judged. */
GM_GLOBAL int gm_check_ports(struct gm_work *w, const struct gm_settings *settings,
                             const struct gm_register *r)
{
    __u32 i;
    int reason, counted;

    if (!w || !settings || !r || !w->sip.count[GM_H_SECURITY_CLIENT])
        return GM_REASON_none;
    if (w->sip.count[GM_H_SECURITY_CLIENT] > 1)
        return GM_REASON_ambiguous;
    /* Where it stands is read again from the room, not kept: the stack of 6.1. */
    w->params.at = w->sip.first[GM_H_SECURITY_CLIENT].at;
    counted = gm_counts_ports(settings, w->record.source);
    for (i = 0; i < GM_MECHANISMS; ++i) {
        reason = gm_read_params(w, w->params.at, gm_end(w->sip.first[GM_H_SECURITY_CLIENT]));
        if (reason)
            return reason;
        if (counted && (gm_is_anothers_port(w, settings, r, GM_P_PORT_C) ||
                        gm_is_anothers_port(w, settings, r, GM_P_PORT_S)))
            return GM_REASON_selector_taken;
        if (!w->params.list)
            return GM_REASON_none;
    }
    return GM_REASON_ambiguous;
}

/* AUTS in base64: 14 bytes (TS 33.102 6.3.3). Servers take another length for no auts at all. */
#define GM_AUTS_SIZE 20

/* The class of the REGISTER: by auts, then response, then nonce. SIPp and phones send auts with a
 * response to the empty password (RFC 3310 3.4). */
GM_GLOBAL int gm_check_class(struct gm_work *w, struct gm_register *r)
{
    struct gm_span authorization;
    int reason, auts, nonce, response;

    if (!w || !r)
        return GM_REASON_malformed;
    r->class = GM_CLASS_INITIAL;
    if (!w->sip.count[GM_H_AUTHORIZATION])
        return GM_REASON_none;
    authorization = w->sip.first[GM_H_AUTHORIZATION];
    reason = gm_read_digest(w, authorization.at, gm_end(authorization));
    if (reason)
        return reason;
    r->class = GM_CLASS_OTHER_SCHEME;
    if (!w->digest.is_digest)
        return GM_REASON_none;
    if (w->digest.seen & 1u << GM_D_INTEGRITY_PROTECTED)
        return GM_REASON_forged_parameter;
    auts = w->digest.value[GM_D_AUTS].size;
    nonce = w->digest.value[GM_D_NONCE].size;
    response = w->digest.value[GM_D_RESPONSE].size;
    r->class = auts       ? GM_CLASS_SYNC_FAILURE
               : response ? GM_CLASS_CLEAR_RESPONSE
               : nonce    ? GM_CLASS_NETWORK_AUTH_FAILURE
                          : GM_CLASS_INITIAL;
    if (((auts || response) && !nonce) || (auts && auts != GM_AUTS_SIZE))
        return GM_REASON_malformed;
    return GM_REASON_none;
}

/* The URI of a header that holds one value, into w->uri. */
static __always_inline int gm_read_only_uri(struct gm_work *w, struct gm_span header)
{
    gm_list_start(w, header);
    if (!gm_list_next(w))
        return w->value.reason ? (int)w->value.reason : GM_REASON_malformed;
    if (w->value.at < w->value.end)
        return GM_REASON_ambiguous;
    return gm_read_uri(w, w->value.uri.at, gm_end(w->value.uri));
}

/* To's URI into w->uri; a user part written with %-escapes has two readings. */
GM_GLOBAL int gm_read_to(struct gm_work *w)
{
    int reason;

    if (!w)
        return GM_REASON_malformed;
    reason = gm_read_only_uri(w, w->sip.first[GM_H_TO]);
    if (reason)
        return reason;
    return w->uri.escaped ? GM_REASON_ambiguous : GM_REASON_none;
}

/* The user that the REGISTER speaks for: Authorization's username, in its absence To's. REQUIRES:
 * w->digest and w->uri (of To) are this message's. */
static __always_inline int gm_read_user(struct gm_work *w, const struct gm_settings *settings,
                                        struct gm_register *r)
{
    struct gm_span name = w->digest.value[GM_D_USERNAME];
    int named = w->sip.count[GM_H_AUTHORIZATION] && w->digest.is_digest && name.size;

    return gm_hash_of(w, settings,
                      named ? gm_impi_identity(w, name.at, gm_end(name)) : gm_derived_impi(w),
                      &r->user);
}

/* Whether the host of `size` bytes at `at` is the home domain's name. */
GM_GLOBAL int gm_is_domain(struct gm_work *w, __u32 at, __u32 size, const struct gm_home *home)
{
    __u32 k;

    if (!w || !home || size != home->size)
        return 0;
    for (k = 0; k < GM_HOME_TEXT; k += 8) {
        if (k >= size)
            break;
        if (gm_head(gm_lower(gm_load8(gm_at(w, at + k))), size - k) != gm_load8(home->name + k))
            return 0;
    }
    return 1;
}

static __always_inline int gm_is_home(struct gm_work *w, const struct gm_settings *settings,
                                      struct gm_span host)
{
    __u32 i;

    for (i = 0; i < GM_HOMES; ++i) {
        if (i >= settings->homes)
            break;
        if (gm_is_domain(w, host.at, host.size, &settings->home[i]))
            return 1;
    }
    return 0;
}

/* No Route but the P-CSCF itself, which is where the packet went to. */
static __always_inline int gm_check_route(struct gm_work *w)
{
    if (!w->sip.count[GM_H_ROUTE])
        return GM_REASON_none;
    if (w->sip.count[GM_H_ROUTE] > 1)
        return GM_REASON_foreign_domain;
    gm_list_start(w, w->sip.first[GM_H_ROUTE]);
    if (!gm_list_next(w) || w->value.at < w->value.end)
        return GM_REASON_foreign_domain;
    if (gm_read_uri(w, w->value.uri.at, gm_end(w->value.uri)) ||
        w->uri.address != w->record.destination)
        return GM_REASON_foreign_domain;
    return GM_REASON_none;
}

/* The registrar is a home domain's, named alike in the request line and in To (H2). REQUIRES:
 * w->uri is To's; it is not any more afterwards. Without home domains in the settings any is home,
 * and there is nothing to hold a route against. */
GM_GLOBAL int gm_check_domain(struct gm_work *w, const struct gm_settings *settings)
{
    struct gm_span to, line;

    if (!w || !settings)
        return GM_REASON_malformed;
    if (!settings->homes)
        return GM_REASON_none;
    to = w->uri.host;
    line = w->sip.request_uri;
    if (gm_read_uri(w, line.at, gm_end(line)))
        return GM_REASON_foreign_domain;
    line = w->uri.host;
    if (!to.size || to.size != line.size || !gm_same_text(w, to.at, line.at, to.size))
        return GM_REASON_foreign_domain;
    if (!gm_is_home(w, settings, to))
        return GM_REASON_foreign_domain;
    return gm_check_route(w);
}

#endif
