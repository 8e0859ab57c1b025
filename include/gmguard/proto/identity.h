/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Identities as 128-bit numbers: SipHash-2-4 under the guard's own key, over
 *
 *   the user part as written, in words, the last one padded with zeros
 *   the host in lower case, in words, likewise
 *   one word: size of user | size of host << 16 | port << 32 | enum gm_scheme << 48
 *
 * which no two identities share. An identity is a sip: or sips: URI without its parameters,
 * port 5060 meaning none; a tel: URI; of an unknown scheme, all that is written. An IMPI is
 * user@host with scheme 0. So an unknown spelling of an identity is never a match: a gap in the
 * canonical form fails closed.
 */
#ifndef GMGUARD_PROTO_IDENTITY_H
#define GMGUARD_PROTO_IDENTITY_H

#include "siphash.h"
#include "uri.h"

/* Longest user part or host; longer: reason ambiguous. */
#define GM_IDENTITY_MAX 256

struct gm_hash_input {
    struct gm_span user;
    struct gm_span host;
    __u32 port;
    __u32 scheme;
};

struct gm_hash {
    __u64 key[2];
    gm_u128 value; /* out */
};

GM_INLINE void gm_hash_part(const struct gm_work* w, struct gm_siphash* s, struct gm_span part,
                            int fold_case)
{
    __u32 k;

    for (k = 0; k < GM_IDENTITY_MAX; k += 8) {
        __u64 word;

        if (k >= part.size)
            break;
        word = gm_head(gm_load8(gm_at(w, (__u32)part.at + k)), part.size - k);
        gm_siphash_word(s, fold_case ? gm_lower(word) : word);
    }
}

/* Hashes what `in` names. ambiguous: a part longer than GM_IDENTITY_MAX. */
GM_GLOBAL int gm_hash_identity(struct gm_work* w, const struct gm_hash_input* in,
                               struct gm_hash* out)
{
    struct gm_siphash s;

    if (!w || !in || !out)
        return GM_REASON_malformed;
    out->value = 0;
    if (in->user.size > GM_IDENTITY_MAX || in->host.size > GM_IDENTITY_MAX)
        return GM_REASON_ambiguous;
    gm_siphash_start(&s, out->key[0], out->key[1]);
    gm_hash_part(w, &s, in->user, 0);
    gm_hash_part(w, &s, in->host, 1);
    gm_siphash_word(&s, (__u64)in->user.size | (__u64)in->host.size << 16 |
                            (__u64)(in->port & 0xffff) << 32 | (__u64)in->scheme << 48);
    out->value = gm_siphash_end(&s);
    return GM_REASON_none;
}

/* What identifies the URI in w->uri. */
GM_INLINE struct gm_hash_input gm_uri_identity(const struct gm_work* w)
{
    const struct gm_uri* u = &w->uri;
    struct gm_hash_input in = {u->user, u->host, u->port == 5060 ? 0 : u->port, u->scheme};

    return in;
}

/* What identifies the IMPI in [at, end): "user@host", or a user alone. */
GM_INLINE struct gm_hash_input gm_impi_identity(struct gm_work* w, __u32 at, __u32 end)
{
    __u32 host = gm_find_one(w, at, end, '@');
    struct gm_hash_input in = {gm_span(at, host), gm_span(host + 1, end), 0, 0};

    return in;
}

/* The same for the IMPI that a sip: URI in w->uri stands for (To, where there is no username). */
GM_INLINE struct gm_hash_input gm_derived_impi(const struct gm_work* w)
{
    struct gm_hash_input in = {w->uri.user, w->uri.host, 0, 0};

    return in;
}

#endif
