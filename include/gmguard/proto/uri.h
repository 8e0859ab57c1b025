/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * URIs (RFC 3261 25.1, RFC 3966) and the name-addrs of To, From, Contact, Route and P-...-Identity,
 * one at a time out of a comma-separated list, quoted strings and brackets respected.
 */
#ifndef GMGUARD_PROTO_URI_H
#define GMGUARD_PROTO_URI_H

#include "host.h"
#include "params.h"

enum gm_list_mode {
    GM_LIST_OUTSIDE, /* before the URI is known */
    GM_LIST_NAME,    /* in a quoted display name */
    GM_LIST_URI,     /* between < and > */
    GM_LIST_PARAMS,  /* behind the URI */
    GM_LIST_QUOTED,  /* in a quoted parameter value */
};
/* Steps per value: one a structural character or 64 bytes. */
#define GM_LIST_STEPS 192

GM_INLINE void gm_list_start(struct gm_work* w, struct gm_span value)
{
    w->value.at = value.at;
    w->value.end = gm_end(value);
    w->value.reason = 0;
}

/* What may end a run of the mode, beside a '"': up to three characters. */
GM_INLINE __u32 gm_list_stops(__u32 mode)
{
    switch (mode) {
    case GM_LIST_OUTSIDE:
        return GM_SET('<', ',', ';');
    case GM_LIST_URI:
        return GM_SET('>', '<', '<');
    case GM_LIST_PARAMS:
        return GM_SET(',', '<', '>');
    default:
        return GM_SET('\\', '\\', '\\');
    }
}

/* Bytes of one step. */
#define GM_LIST_RUN 64

/* Where a run of the mode that goes on at `at` ends: the character's flag in *hit, or 0. */
GM_INLINE __u32 gm_list_run(const struct gm_work* w, __u32 at, __u32 mode, __u64* hit)
{
    __u32 stops = gm_list_stops(mode), k;
    __u64 a = gm_each((__u8)stops), b = gm_each((__u8)(stops >> 8)),
          c = gm_each((__u8)(stops >> 16));
    const char* p = gm_at(w, at);

    for (k = 0; k < GM_LIST_RUN; k += 8) {
        __u64 word = gm_load8(p + k);

        *hit = gm_equal(word, gm_each('"')) | gm_equal(word, a);
        if (a != b)
            *hit |= gm_equal(word, b) | gm_equal(word, c);
        if (*hit)
            break;
    }
    return at + k + (*hit ? gm_lowest(*hit) : 0);
}

GM_INLINE void gm_value_uri(struct gm_value* v, __u32 at, __u32 end)
{
    v->uri = gm_span(at, end);
    v->params = gm_span(end, end);
}

/* A comma ends a value; another one must follow. */
GM_INLINE void gm_list_comma(struct gm_value* v, __u32 pos)
{
    v->done = 1;
    if (pos + 1 >= v->end)
        v->reason = GM_REASON_malformed;
}

GM_INLINE void gm_list_outside(struct gm_work* w, __u32 pos, char c)
{
    struct gm_value* v = &w->value;

    v->at = pos + 1;
    if (c == '<') {
        v->start = pos + 1;
        v->mode = GM_LIST_URI;
    } else if (c == '"') {
        /* A quoted string is the whole display name or none. */
        if (gm_skip_space(w, v->start, v->end) != pos)
            v->reason = GM_REASON_ambiguous;
        v->mode = GM_LIST_NAME;
    } else {
        gm_value_uri(v, gm_skip_space(w, v->start, v->end), pos);
        v->params = gm_span(pos, pos);
        v->mode = GM_LIST_PARAMS;
        if (c == ',')
            gm_list_comma(v, pos);
    }
}

/* The structural character `c` at `pos`. */
GM_INLINE void gm_list_take(struct gm_work* w, __u32 pos, char c)
{
    struct gm_value* v = &w->value;

    switch (v->mode) {
    case GM_LIST_OUTSIDE:
        gm_list_outside(w, pos, c);
        break;
    case GM_LIST_URI:
        if (c != '>')
            v->reason = GM_REASON_ambiguous;
        gm_value_uri(v, v->start, pos);
        v->params = gm_span(pos + 1, pos + 1);
        v->at = pos + 1;
        v->mode = GM_LIST_PARAMS;
        break;
    case GM_LIST_PARAMS:
        v->at = pos + 1;
        if (c == '"')
            v->mode = GM_LIST_QUOTED;
        else if (c == ',')
            gm_list_comma(v, pos);
        else
            v->reason = GM_REASON_ambiguous;
        if (v->done)
            v->params.size = (__u16)(pos - v->params.at);
        break;
    default:
        v->at = pos + 1 + (c == '\\');
        if (c == '"') {
            v->start = pos + 1;
            v->mode = v->mode == GM_LIST_NAME ? GM_LIST_OUTSIDE : GM_LIST_PARAMS;
        }
    }
}

/* The header's value ends, and with it the name-addr. */
GM_INLINE void gm_list_end(struct gm_work* w)
{
    struct gm_value* v = &w->value;

    v->done = 1;
    v->at = v->end;
    if (v->mode == GM_LIST_OUTSIDE)
        gm_value_uri(v, gm_skip_space(w, v->start, v->end), v->end);
    else if (v->mode == GM_LIST_PARAMS)
        v->params.size = (__u16)(v->end - v->params.at);
    else
        v->reason = GM_REASON_ambiguous;
}

static long gm_list_step(__u32 i, struct gm_step* step)
{
    struct gm_work* w = step->w;
    struct gm_value* v = &w->value;
    __u64 hit = 0;
    __u32 at = gm_list_run(w, v->at, v->mode, &hit);

    (void)i;
    if (at >= v->end)
        gm_list_end(w);
    else if (hit)
        gm_list_take(w, at, *gm_at(w, at));
    else
        v->at = at;
    return v->done || v->reason;
}

/* The common name-addr begins with its bracket: the URI without a step of the loop. */
GM_INLINE void gm_list_begin(struct gm_work* w)
{
    struct gm_value* v = &w->value;
    __u32 at = gm_skip_space(w, v->at, v->end), close;

    v->start = v->at;
    v->mode = GM_LIST_OUTSIDE;
    v->done = 0;
    if (at >= v->end || *gm_at(w, at) != '<')
        return;
    close = gm_find(w, at + 1, v->end, GM_SET('>', '<', '"'));
    if (close >= v->end || *gm_at(w, close) != '>') {
        v->reason = GM_REASON_ambiguous;
        return;
    }
    gm_value_uri(v, at + 1, close);
    v->params = gm_span(close + 1, close + 1);
    v->mode = GM_LIST_PARAMS;
    v->at = close + 1;
    if (gm_skip_space(w, close + 1, v->end) == v->end)
        gm_list_end(w);
}

/* The next value of the list into w->value: its URI and its parameters. Returns 1 where there is
 * one, 0 at the end of the list, and then or in between a reason in w->value.reason. */
GM_GLOBAL int gm_list_next(struct gm_work* w)
{
    struct gm_step step = {w};

    if (!w || w->value.reason || w->value.at >= w->value.end)
        return 0;
    gm_list_begin(w);
    if (!w->value.done && !w->value.reason) {
        gm_loop(GM_LIST_STEPS, gm_list_step, &step);
        if (!w->value.done && !w->value.reason)
            w->value.reason = GM_REASON_ambiguous;
    }
    return !w->value.reason;
}

/* "sip:", "sips:", "tel:" in any case; 0 and GM_SCHEME_OTHER for others. */
GM_INLINE __u32 gm_scheme(const struct gm_work* w, __u32 at, __u32* size)
{
    __u64 word = gm_lower(gm_load8(gm_at(w, at)));

    *size = 4;
    if ((__u32)word == 0x3a706973) /* "sip:" */
        return GM_SCHEME_SIP;
    if ((__u32)word == 0x3a6c6574) /* "tel:" */
        return GM_SCHEME_TEL;
    *size = 5;
    if ((word & 0xffffffffffULL) == 0x3a73706973ULL) /* "sips:" */
        return GM_SCHEME_SIPS;
    *size = 0;
    return GM_SCHEME_OTHER;
}

/* The host in [at, end): brackets, dotted quad or name. */
GM_INLINE __u32 gm_read_host(struct gm_work* w, __u32 at, __u32 end)
{
    struct gm_uri* u = &w->uri;
    char first = *gm_at(w, at);

    if (at >= end)
        return GM_REASON_malformed;
    u->host = gm_span(at, end);
    u->host_kind = GM_HOST_NAME;
    if (first == '[') {
        if (*gm_at(w, end - 1) != ']' || !gm_read_v6(w, at + 1, end - 1))
            return GM_REASON_malformed;
        u->host = gm_span(at + 1, end - 1);
        u->address = gm_literal_end(&w->literal);
        u->host_kind = GM_HOST_V6;
    } else if (gm_is_digit(first) && gm_read_v4(w, at, end)) {
        u->address = GM_V4_MAPPED | w->literal.group;
        u->host_kind = GM_HOST_V4;
    }
    return GM_REASON_none;
}

/* ":port" of 1 to 65535 without leading zero, in [at, end) behind the colon. */
GM_INLINE __u32 gm_read_port(struct gm_work* w, __u32 at, __u32 end)
{
    __u32 stop = 0;
    __s64 port = gm_read_number(w, gm_span(at, end), 65535, 0, &stop);

    if (port <= 0 || stop != end || *gm_at(w, at) == '0' || !gm_is_digit(*gm_at(w, at)))
        return GM_REASON_malformed;
    w->uri.port = (__u32)port;
    return GM_REASON_none;
}

/* Where the user part ends: at the '@', or at `end` where there is none. A blank before it has no
 * single reading, and neither has a '%', which is an escape or itself (u->escaped). */
GM_INLINE __u32 gm_find_user(struct gm_work* w, __u32 at, __u32 end)
{
    const char* p = gm_at(w, at);
    __u32 k;

    for (k = 0; k < GM_FIND_MAX; k += 8) {
        __u64 word = gm_load8(p + k);
        __u64 hit = gm_equal(word, gm_each('@')) | gm_equal(word, gm_each('%'));

        if (hit) {
            __u32 found = at + k + gm_lowest(hit);

            if (found >= end)
                return end;
            if (*gm_at(w, found) == '@')
                return found;
            found = gm_find_one(w, found, end, '@');
            w->uri.escaped = found < end;
            return found;
        }
        if (at + k + 8 >= end)
            return end;
    }
    return GM_SIP_MAX;
}

/* Where host and port end: at ';' or '?' or `end`. *colon: where the port's colon is, or 0. */
GM_INLINE __u32 gm_find_host(struct gm_work* w, __u32 at, __u32 end, __u32* colon)
{
    __u32 stop = gm_find(w, at, end, GM_SET(';', '?', ':'));

    *colon = 0;
    if (stop < end && *gm_at(w, stop) == ':') {
        *colon = stop;
        stop = gm_find(w, stop + 1, end, GM_SET(';', '?', '@'));
    }
    return stop;
}

/* [user@]host[:port][;params][?headers] in [at, end). */
GM_INLINE __u32 gm_read_authority(struct gm_work* w, __u32 at, __u32 end)
{
    struct gm_uri* u = &w->uri;
    __u32 user_end = gm_find_user(w, at, end), host = at, from, stop, colon, reason;

    if (user_end > end)
        return GM_REASON_ambiguous;
    if (user_end < end) {
        u->user = gm_span(at, user_end);
        host = user_end + 1;
    }
    from = host;
    if (*gm_at(w, host) == '[')
        from = gm_find_one(w, host, end, ']');
    stop = gm_find_host(w, from, end, &colon);
    if (from > end || stop > end)
        return GM_REASON_ambiguous;
    u->whole.size = (__u16)(stop - u->whole.at);
    u->params = gm_span(stop, end);
    /* A second '@' could end another reader's user part. */
    if (user_end < end && gm_find_one(w, host, end, '@') != end)
        return GM_REASON_ambiguous;
    reason = gm_read_host(w, host, colon ? colon : stop);
    if (reason || !colon)
        return reason;
    return gm_read_port(w, colon + 1, stop);
}

/* The URI in [at, end), blanks trimmed, into w->uri. malformed: a sip: URI that breaks its grammar;
 * ambiguous: two '@', a blank inside, or a part longer than GM_FIND_MAX. */
GM_GLOBAL int gm_read_uri(struct gm_work* w, __u32 at, __u32 end)
{
    __u32 size = 0, blank;
    struct gm_uri* u;

    if (!w)
        return GM_REASON_malformed;
    u = &w->uri;
    u->user = u->host = u->params = gm_span(0, 0);
    u->host_kind = GM_HOST_NONE;
    u->port = 0;
    u->escaped = 0;
    u->address = 0;
    u->scheme = gm_scheme(w, at, &size);
    blank = gm_find_space(w, at, end);
    if (blank > end || (blank < end && gm_skip_space(w, blank, end) != end))
        return GM_REASON_ambiguous;
    end = blank;
    if (at + size >= end)
        return GM_REASON_malformed;
    u->whole = gm_span(at, end);
    if (u->scheme == GM_SCHEME_OTHER || u->scheme == GM_SCHEME_TEL) {
        u->user = gm_span(at + size, end);
        return GM_REASON_none;
    }
    return (int)gm_read_authority(w, at + size, end);
}

#endif
