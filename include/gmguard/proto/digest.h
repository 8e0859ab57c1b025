/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Authorization and WWW-Authenticate (RFC 2617, 3310): scheme, then name=value or name="value",
 * comma-separated. Every part must be there: a missing comma, a name twice or an open quote has no
 * single reading. A backslash in a value has none either, since P-CSCFs differ in what it means.
 */
#ifndef GMGUARD_PROTO_DIGEST_H
#define GMGUARD_PROTO_DIGEST_H

#include "sip.h"

/* Steps: one a parameter, and more for values longer than 128 bytes. */
#define GM_DIGEST_STEPS 96

/* Behind a value: blanks, then a comma or the end. */
GM_INLINE void gm_digest_comma(struct gm_work* w, __u32 at)
{
    struct gm_digest* d = &w->digest;

    at = gm_skip_space(w, at, d->end);
    if (at < d->end && *gm_at(w, at) != ',')
        d->reason = GM_REASON_ambiguous;
    d->at = at + 1;
    d->open = 0;
    d->done = at >= d->end;
}

GM_INLINE void gm_digest_value(struct gm_digest* d, __u32 id, __u32 at, __u32 end)
{
    id &= 15;
    if (id && id < GM_D_COUNT)
        d->value[id] = gm_span(at, end);
}

/* One run of 128 bytes for the end of the value that began at d->start. */
GM_INLINE void gm_digest_run(struct gm_work* w, __u32 at, int quoted)
{
    struct gm_digest* d = &w->digest;
    __u64 a = gm_each(quoted ? '"' : ','), b = gm_each(quoted ? '\\' : '"'), hit = 0;
    const char* p = gm_at(w, at);
    __u32 k;

    for (k = 0; k < 128; k += 8) {
        __u64 word = gm_load8(p + k);

        hit = gm_equal(word, a) | gm_equal(word, b);
        if (hit)
            break;
    }
    at += k + (hit ? gm_lowest(hit) : 0);
    d->at = at;
    if (at >= d->end) {
        if (quoted)
            d->reason = GM_REASON_ambiguous;
        at = d->end;
    } else if (!hit) {
        return;
    } else if (*gm_at(w, at) != (quoted ? '"' : ',')) {
        d->reason = GM_REASON_ambiguous;
    }
    gm_digest_value(d, d->open - 1, d->start, at);
    gm_digest_comma(w, at + (quoted ? 1 : 0));
}

/* Where the name at `at` ends: at '=' or at what is no part of a name, within 24 bytes. */
GM_INLINE __u32 gm_digest_name_end(const struct gm_work* w, __u32 at)
{
    __u32 k;

    for (k = 0; k < 24; k += 8) {
        __u64 word = gm_load8(gm_at(w, at + k));
        /* '=', and all up to ',': blanks, quotes and commas, which no name has. */
        __u64 hit = gm_equal(word, gm_each('=')) | ((word - gm_each(0x2d)) & ~word & GM_TOPS);

        if (hit)
            return at + k + gm_lowest(hit);
    }
    return w->digest.end;
}

/* The name at d->at, up to its '='; then its value begins. */
GM_INLINE void gm_digest_name(struct gm_work* w)
{
    struct gm_digest* d = &w->digest;
    __u32 name = gm_skip_space(w, d->at, d->end), name_end, equal, id;

    name_end = gm_digest_name_end(w, name);
    equal = name_end < d->end ? gm_skip_space(w, name_end, d->end) : d->end;
    if (equal >= d->end || name_end == name || *gm_at(w, equal) != '=') {
        d->reason = GM_REASON_ambiguous;
        return;
    }
    id = gm_digest_id(gm_at(w, name), name_end - name) & 15;
    if (id && (d->seen & 1u << id))
        d->reason = GM_REASON_ambiguous;
    d->seen |= 1u << id;
    d->open = id + 1;
    d->start = gm_skip_space(w, equal + 1, d->end);
}

static long gm_digest_step(__u32 i, struct gm_step* step)
{
    struct gm_work* w = step->w;
    struct gm_digest* d = &w->digest;
    int quoted;

    (void)i;
    if (!d->open) {
        gm_digest_name(w);
        if (d->reason)
            return 1;
        quoted = *gm_at(w, d->start) == '"' && d->start < d->end;
        d->start += (__u32)quoted;
        d->at = d->start;
    } else {
        quoted = *gm_at(w, d->start - 1) == '"';
    }
    gm_digest_run(w, d->at, quoted);
    return d->reason || d->done;
}

GM_INLINE void gm_digest_reset(struct gm_digest* d, struct gm_span value)
{
    __u32 i;

    for (i = 0; i < GM_D_COUNT; ++i)
        d->value[i] = gm_span(0, 0);
    d->seen = 0;
    d->open = 0;
    d->done = 0;
    d->reason = 0;
    d->is_digest = 0;
    d->end = gm_end(value);
}

/* Reads one header's value into w->digest. Another scheme than Digest: is_digest is 0, and no
 * parameter is read. */
GM_GLOBAL int gm_read_digest(struct gm_work* w, __u32 at, __u32 end)
{
    struct gm_step step = {w};
    struct gm_digest* d;

    if (!w)
        return GM_REASON_malformed;
    d = &w->digest;
    gm_digest_reset(d, gm_span(at, end));
    at = gm_skip_space(w, at, end);
    if (at >= end)
        return GM_REASON_malformed;
    d->at = gm_find_space(w, at, end);
    d->scheme = gm_span(at, d->at);
    if (!d->scheme.size)
        return GM_REASON_ambiguous;
    d->is_digest = d->scheme.size == 6 &&
                   gm_head(gm_lower(gm_load8(gm_at(w, at))), 6) == 0x747365676964ULL; /* digest */
    if (!d->is_digest)
        return GM_REASON_none;
    gm_loop(GM_DIGEST_STEPS, gm_digest_step, &step);
    if (!d->reason && !d->done)
        d->reason = GM_REASON_ambiguous;
    return (int)d->reason;
}

#endif
