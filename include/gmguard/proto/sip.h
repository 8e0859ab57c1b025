/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The index of a SIP message (RFC 3261 7, 25): its start line and where the headers of names.h are.
 * One pass, line ends found eight bytes at a time. What is accepted has one reading, whoever reads:
 *
 *   lines end in CRLF; a bare CR or LF, NUL or another control character but HT    ambiguous
 *   a value may be folded; a folded start line, or a fold that ends in a blank      ambiguous
 *   blanks may stand before the colon, up to eight                     else         ambiguous
 *   no empty line before the end of the datagram                                    malformed
 *   more than GM_SIP_LINES lines                                                    oversize
 *   a start line that is neither "Method URI SIP/2.0" nor "SIP/2.0 Code Reason"     not_sip
 *
 * How to use this folder, on both targets:
 *   fill w->text, w->sip.length; gm_sip_index(w); then per header of interest
 *   gm_list_start(w, span), gm_list_next(w), gm_read_uri(w, ...)   uri.h: To, From, Contact, P-...
 *   gm_read_digest(w, span)                                        digest.h: Authorization
 *   gm_read_params(w, at, end)                                     params.h: Via, URI parameters
 *   gm_identity(w, ...)                                            identity.h: hashes
 * All return enum gm_reason, GM_REASON_none where all is well, and leave what they found in `w`.
 */
#ifndef GMGUARD_PROTO_SIP_H
#define GMGUARD_PROTO_SIP_H

#include "work.h"

/* Words that one step of the line scanner looks at: 256 bytes. */
#define GM_LINE_WORDS 32
/* Steps: one a line, and more for long lines and tabs. */
#define GM_LINE_STEPS (GM_SIP_LINES + GM_SIP_MAX / (8 * GM_LINE_WORDS) + 32)

GM_INLINE int gm_is_blank(char c) { return c == ' ' || c == '\t'; }
/* A blank inside a header's value, where line ends are folds. */
GM_INLINE int gm_is_space(char c) { return gm_is_blank(c) || c == '\r' || c == '\n'; }

/* What a search says of the flags `hit` of the word at `at` + `k`. */
GM_INLINE __u32 gm_found(__u32 at, __u32 k, __u64 hit, __u32 end)
{
    __u32 found = at + k + gm_lowest(hit);

    return found < end ? found : end;
}

/* What is looked for. */
enum gm_wanted { GM_WANT_SPACE, GM_WANT_ONE, GM_WANT_THREE };

/* One search; `wanted` is a constant where it is inlined, so that each has a loop of its own: a
 * character more costs a third of it. */
GM_INLINE __u32 gm_search(const struct gm_work* w, __u32 at, __u32 end, enum gm_wanted wanted,
                          __u32 set)
{
    __u64 a = gm_each((__u8)set), b = gm_each((__u8)(set >> 8)), c = gm_each((__u8)(set >> 16));
    const char* p;
    __u32 k;

    if (!w || at >= end)
        return end;
    p = gm_at(w, at);
    for (k = 0; k < GM_FIND_MAX; k += 8) {
        __u64 word = gm_load8(p + k);
        __u64 hit = wanted == GM_WANT_SPACE ? gm_space(word)
                    : wanted == GM_WANT_ONE
                        ? gm_equal(word, a)
                        : gm_equal(word, a) | gm_equal(word, b) | gm_equal(word, c);

        if (hit)
            return gm_found(at, k, hit, end);
        if (k + 8 >= end - at)
            return end;
    }
    return GM_SIP_MAX;
}

/* Searches in [at, end): the position of the first that is looked for, or `end`; GM_FIND_MAX bytes
 * at most are looked at, then: GM_SIP_MAX. Three characters (low bytes of `set`), one, and a blank
 * or line end. */
GM_GLOBAL __u32 gm_find(struct gm_work* w, __u32 at, __u32 end, __u32 set)
{
    return gm_search(w, at, end, GM_WANT_THREE, set);
}

GM_GLOBAL __u32 gm_find_one(struct gm_work* w, __u32 at, __u32 end, __u32 one)
{
    return gm_search(w, at, end, GM_WANT_ONE, one);
}

GM_GLOBAL __u32 gm_find_space(struct gm_work* w, __u32 at, __u32 end)
{
    return gm_search(w, at, end, GM_WANT_SPACE, 0);
}

#define GM_SET(a, b, c) ((__u32)(__u8)(a) | (__u32)(__u8)(b) << 8 | (__u32)(__u8)(c) << 16)

/* The first position in [at, end) that is no blank and no fold, or `end`. 16 of them are skipped;
 * where there are more, it is a blank's, which no caller takes for what it looks for. */
GM_INLINE __u32 gm_skip_space(const struct gm_work* w, __u32 at, __u32 end)
{
    __u64 seen;

    if (at < end && (__u8)*gm_at(w, at) > ' ')
        return at;
    seen = gm_visible(gm_load8(gm_at(w, at)));
    if (!seen) {
        at += 8;
        seen = gm_visible(gm_load8(gm_at(w, at)));
    }
    at += seen ? gm_lowest(seen) : 8;
    return at < end ? at : end;
}

/* Where the header's name ends, and in *colon where its colon is, 0 where something else than up to
 * eight blanks stands before it: a reader that unfolds or skips first would find one. 0: no name
 * within 24 bytes. */
GM_INLINE __u32 gm_name_end(const struct gm_work* w, __u32 line, __u32* colon)
{
    __u32 at, k, j;

    for (k = 0; k < 24; k += 8) {
        __u64 word = gm_load8(gm_at(w, line + k));
        __u64 hit = gm_equal(word, gm_each(':')) | gm_space(word);

        if (!hit)
            continue;
        at = line + k + gm_lowest(hit);
        for (j = 0; j <= 8; ++j) {
            char c = *gm_at(w, at + j);

            if (c == ':')
                *colon = at + j;
            if (!gm_is_blank(c))
                break;
        }
        return at;
    }
    return 0;
}

/* Remembers the header in [line, end). */
GM_INLINE void gm_take_header(struct gm_work* w, __u32 line, __u32 end)
{
    __u32 colon = 0, name_end = gm_name_end(w, line, &colon);
    __u32 id, n = w->sip.fields;
    struct gm_span value;

    if (!name_end)
        return;
    id = gm_header_id(gm_at(w, line), name_end - line);
    if (!id)
        return;
    if (!colon) {
        w->scan.reason = GM_REASON_ambiguous;
        return;
    }
    value = gm_span(colon + 1, end);
    id &= 31;
    if (id >= GM_H_COUNT)
        return;
    if (!w->sip.count[id])
        w->sip.first[id] = value;
    if (w->sip.count[id] < 255)
        w->sip.count[id]++;
    if (n >= GM_FIELDS) {
        w->scan.reason = GM_REASON_ambiguous;
        return;
    }
    w->sip.fields = n + 1;
    /* 6.1 forgets the bound of a spilled 32-bit number (clang 19). */
    GM_FORGET(n);
    n &= GM_FIELDS - 1;
    w->sip.field[n].value = value;
    w->sip.field[n].header = id;
}

/* The line that ends in CRLF at `pos`: a fold, a header, the start line or the end. */
GM_INLINE void gm_take_line(struct gm_work* w, __u32 pos)
{
    __u32 line = w->scan.line;

    w->scan.at = pos + 2;
    w->scan.lines++;
    if (pos == line) {
        w->sip.body = pos + 2;
        w->scan.done = 1;
        return;
    }
    if (w->scan.folded && gm_is_blank(*gm_at(w, pos - 1)))
        w->scan.reason = GM_REASON_ambiguous;
    if (gm_is_blank(*gm_at(w, pos + 2))) {
        w->scan.folded = 1;
        if (!w->scan.start_end) {
            w->scan.start_end = pos;
            w->scan.reason = GM_REASON_ambiguous;
        }
        return;
    }
    if (w->scan.start_end)
        gm_take_header(w, line, pos);
    else
        w->scan.start_end = pos;
    w->scan.line = pos + 2;
    w->scan.folded = 0;
}

static long gm_index_step(__u32 i, struct gm_step* step)
{
    struct gm_work* w = step->w;
    __u32 at = w->scan.at & GM_TEXT_MASK, k, pos;
    __u64 hit = 0;
    const char* p = w->text + at;

    (void)i;
    for (k = 0; k < 8 * GM_LINE_WORDS; k += 8) {
        hit = gm_control(gm_load8(p + k));
        if (hit)
            break;
    }
    if (!hit) {
        w->scan.at = at + 8 * GM_LINE_WORDS;
        return w->scan.at >= w->sip.length;
    }
    pos = at + k + gm_lowest(hit);
    if (pos >= w->sip.length) {
        w->scan.at = pos;
        return 1;
    }
    if (*gm_at(w, pos) == '\t') {
        w->scan.at = pos + 1;
        return w->scan.at >= w->sip.length;
    }
    if (*gm_at(w, pos) != '\r' || *gm_at(w, pos + 1) != '\n')
        w->scan.reason = GM_REASON_ambiguous;
    else
        gm_take_line(w, pos);
    return w->scan.reason || w->scan.done || w->scan.lines >= GM_SIP_LINES ||
           w->scan.at >= w->sip.length;
}

GM_INLINE void gm_index_reset(struct gm_work* w)
{
    __u32 i;

    for (i = 0; i < GM_H_COUNT; ++i)
        w->sip.count[i] = 0;
    w->sip.fields = 0;
    w->sip.body = 0;
    w->sip.kind = GM_KIND_NONE;
    w->sip.status = 0;
    w->scan.at = 0;
    w->scan.line = 0;
    w->scan.lines = 0;
    w->scan.folded = 0;
    w->scan.start_end = 0;
    w->scan.reason = 0;
    w->scan.done = 0;
}

#define GM_WORD_SIP2 0x20302e322f504953ULL /* "SIP/2.0 " */
#define GM_WORD_2SIP 0x302e322f50495320ULL /* " SIP/2.0" */
#define GM_WORD_REGISTER 0x5245545349474552ULL /* "REGISTER" */

GM_INLINE int gm_is_digit(char c) { return c >= '0' && c <= '9'; }

GM_INLINE __u32 gm_read_status_line(struct gm_work* w, __u32 end)
{
    char a = *gm_at(w, 8), b = *gm_at(w, 9), c = *gm_at(w, 10);

    if (end < 12 || !gm_is_digit(a) || !gm_is_digit(b) || !gm_is_digit(c) || *gm_at(w, 11) != ' ')
        return GM_REASON_not_sip;
    w->sip.status = (__u32)((a - '0') * 100 + (b - '0') * 10 + (c - '0'));
    w->sip.kind = GM_KIND_RESPONSE;
    return w->sip.status < 100 || w->sip.status > 699 ? GM_REASON_malformed : GM_REASON_none;
}

GM_INLINE __u32 gm_read_request_line(struct gm_work* w, __u32 end)
{
    __u32 blank;

    if (end < 12 || gm_load8(gm_at(w, end - 8)) != GM_WORD_2SIP)
        return GM_REASON_not_sip;
    blank = gm_find_space(w, 0, end);
    if (!blank || blank + 8 >= end)
        return GM_REASON_not_sip;
    w->sip.method = gm_span(0, blank);
    w->sip.request_uri = gm_span(blank + 1, end - 8);
    w->sip.kind = GM_KIND_REQUEST;
    if (*gm_at(w, blank) != ' ' || gm_find_space(w, blank + 1, end - 8) != end - 8)
        return GM_REASON_ambiguous;
    return w->sip.request_uri.size ? GM_REASON_none : GM_REASON_malformed;
}

/* Indexes the message. On not_sip nothing else in w->sip counts; on another reason what was found
 * so far stands. REQUIRES: 1 <= w->sip.length <= GM_SIP_MAX. */
GM_GLOBAL int gm_sip_index(struct gm_work* w)
{
    struct gm_step step = {w};
    __u32 reason, end;

    if (!w)
        return GM_REASON_malformed;
    gm_index_reset(w);
    gm_loop(GM_LINE_STEPS, gm_index_step, &step);
    end = w->scan.start_end;
    if (!end)
        return GM_REASON_not_sip;
    reason = gm_load8(w->text) == GM_WORD_SIP2 ? gm_read_status_line(w, end)
                                               : gm_read_request_line(w, end);
    if (reason)
        return (int)reason;
    if (w->scan.reason)
        return (int)w->scan.reason;
    if (w->scan.done)
        return GM_REASON_none;
    return w->scan.at >= w->sip.length ? GM_REASON_malformed : GM_REASON_oversize;
}

/* A decimal number of up to ten digits in a header's value, with nothing but blanks around it;
 * larger than `max` or anything else: -1. *end is where it ends; with `alone`, only blanks may
 * follow. */
GM_INLINE __s64 gm_read_number(const struct gm_work* w, struct gm_span value, __u64 max, int alone,
                               __u32* end)
{
    __u32 stop = gm_end(value), at = gm_skip_space(w, value.at, stop), k;
    __u64 number = 0;

    for (k = 0; k < 10; ++k) {
        char c = *gm_at(w, at + k);

        if (at + k >= stop || !gm_is_digit(c))
            break;
        number = number * 10 + (__u64)(c - '0');
    }
    *end = at + k;
    if (!k || number > max)
        return -1;
    if (alone && at + k < stop && gm_skip_space(w, at + k, stop) != stop)
        return -1;
    return (__s64)number;
}

/* CSeq: a number, then the method of the start line (of a response: any; see gm_cseq_is). */
GM_INLINE int gm_read_cseq(struct gm_work* w, struct gm_span* method)
{
    struct gm_span value = w->sip.first[GM_H_CSEQ];
    __u32 end = 0, stop = gm_end(value), at;

    if (gm_read_number(w, value, 0x7fffffff, 0, &end) < 0)
        return GM_REASON_malformed;
    at = gm_skip_space(w, end, stop);
    if (at == end || at >= stop)
        return GM_REASON_malformed;
    end = gm_find_space(w, at, stop);
    if (end < stop && gm_skip_space(w, end, stop) != stop)
        return GM_REASON_malformed;
    *method = gm_span(at, end);
    return GM_REASON_none;
}

GM_INLINE int gm_is_register(const struct gm_work* w, struct gm_span method)
{
    return method.size == 8 && gm_load8(gm_at(w, method.at)) == GM_WORD_REGISTER;
}

GM_INLINE int gm_is_register_in_any_case(const struct gm_work* w, struct gm_span method)
{
    return method.size == 8 && gm_lower(gm_load8(gm_at(w, method.at))) == 0x7265747369676572ULL;
}

/* Whether two spans hold the same bytes, letters in any case; up to 256 bytes, longer never. */
GM_GLOBAL int gm_same_text(struct gm_work* w, __u32 a, __u32 b, __u32 size)
{
    __u32 k;

    if (!w || size > 256)
        return 0;
    for (k = 0; k < 256; k += 8) {
        __u64 x, y;

        if (k >= size)
            break;
        x = gm_head(gm_lower(gm_load8(gm_at(w, a + k))), size - k);
        y = gm_head(gm_lower(gm_load8(gm_at(w, b + k))), size - k);
        if (x != y)
            return 0;
    }
    return 1;
}

#endif
