/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Token buckets for REGISTERs in clear: per source and user, per source, and over all sources under
 * two caps, one of them a reserve for users that are bound where they send from, so that nobody can
 * fill another's bucket and fresh IMPIs compete only with each other (H23).
 */
#ifndef GMGUARD_BPF_RATE_H
#define GMGUARD_BPF_RATE_H

#include "binding.h"

enum gm_cap { GM_CAP_KNOWN, GM_CAP_UNKNOWN, GM_CAP_FRAGMENTS, GM_CAP_CONNECTIONS };

/* In the place of a user: the buckets of a whole source. */
enum gm_source_bucket { GM_USER_DATAGRAMS = 0, GM_USER_STREAMS = 1, GM_USER_CONNECTIONS = 2 };

#define GM_TOKEN_UNIT 1000ULL
#define GM_NS_PER_S 1000000000ULL
/* In which a rate of one message a second fills one thousandth. */
#define GM_NS_PER_TOKEN (GM_NS_PER_S / GM_TOKEN_UNIT)

/* Takes one token; 0 if there is none. Two CPUs at once may take one token twice: that lets a
 * message more through and needs no lock. */
static __always_inline int gm_take_token(struct gm_bucket *b, struct gm_rate rate, __u64 now)
{
    __u64 full = rate.burst * GM_TOKEN_UNIT, passed = now - b->filled_ns;
    /* Whole milliseconds; the rest counts the next time, or a flood would stop the fill. */
    __u64 rest = passed % GM_NS_PER_TOKEN;

    if (passed > 10 * GM_NS_PER_S)
        passed = 10 * GM_NS_PER_S;
    b->tokens += passed / GM_NS_PER_TOKEN * rate.rate;
    b->filled_ns = now - rest;
    if (b->tokens > full)
        b->tokens = full;
    if (b->tokens < GM_TOKEN_UNIT)
        return 0;
    b->tokens -= GM_TOKEN_UNIT;
    return 1;
}

static __always_inline int gm_take_of(gm_u128 address, gm_u128 user, struct gm_rate rate, __u64 now)
{
    struct gm_bucket_key key = {.address = address, .user = user};
    struct gm_bucket *bucket = bpf_map_lookup_elem(&gm_buckets, &key);
    struct gm_bucket fresh = {.tokens = (rate.burst - 1) * GM_TOKEN_UNIT, .filled_ns = now};

    if (!rate.rate || !rate.burst)
        return 1;
    if (bucket)
        return gm_take_token(bucket, rate, now);
    bpf_map_update_elem(&gm_buckets, &key, &fresh, BPF_ANY);
    return 1;
}

static __always_inline int gm_take_cap(__u32 cap, struct gm_rate rate, __u64 now)
{
    struct gm_bucket *bucket = bpf_map_lookup_elem(&gm_caps, &cap);

    return !rate.rate || !bucket || gm_take_token(bucket, rate, now);
}

/* Whether the REGISTER of this user in the room is within all its limits. `known`: the user is
 * bound to the selector that it comes from. What comes by TCP has proven its source and has buckets
 * of its own. A call of its own for the stack of those that judge. */
static __attribute__((noinline, unused)) int
gm_within_rate(const struct gm_settings *settings, const struct gm_work *w, gm_u128 user, int known)
{
    __u64 now;
    gm_u128 key;

    if (!settings->per_user.rate && !settings->per_source.rate && !settings->known.rate &&
        !settings->unknown.rate)
        return 1;
    now = gm_now(settings);
    key = gm_masked(w->record.source, gm_form_of(settings, w->record.source).bits);
    if (!gm_take_of(key, w->sip.streamed ? ~user : user, settings->per_user, now))
        return 0;
    if (known)
        return gm_take_cap(GM_CAP_KNOWN, settings->known, now);
    return gm_take_of(key, w->sip.streamed ? GM_USER_STREAMS : GM_USER_DATAGRAMS,
                      settings->per_source, now) &&
           gm_take_cap(GM_CAP_UNKNOWN, settings->unknown, now);
}

/* Whether the source may open a TCP connection. */
static __attribute__((noinline, unused)) int gm_may_connect(const struct gm_settings *settings,
                                                            gm_u128 source)
{
    __u64 now;

    if (!settings->connections.rate && !settings->all_connections.rate)
        return 1;
    now = gm_now(settings);
    return gm_take_of(gm_masked(source, gm_form_of(settings, source).bits), GM_USER_CONNECTIONS,
                      settings->connections, now) &&
           gm_take_cap(GM_CAP_CONNECTIONS, settings->all_connections, now);
}

#endif
