/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Address literals in text: dotted quads without leading zeros, RFC 4291 text without zone.
 */
#ifndef GMGUARD_PROTO_HOST_H
#define GMGUARD_PROTO_HOST_H

#include "sip.h"

#define GM_V4_MAPPED ((gm_u128)0xffff << 32)

/* One dotted quad in [at, end) into w->literal.group; 0 if it is none. */
GM_GLOBAL int gm_read_v4(struct gm_work* w, __u32 at, __u32 end)
{
    __u32 k, octet = 0, digits = 0, dots = 0, quad = 0;

    if (!w || end <= at || end - at > 15)
        return 0;
    for (k = 0; k < 16; ++k) {
        char c = at + k < end ? *gm_at(w, at + k) : '.';

        if (c == '.') {
            if (!digits || octet > 255)
                return 0;
            quad = quad << 8 | (octet & 255);
            octet = digits = 0;
            dots++;
            if (at + k >= end)
                break;
            continue;
        }
        if (!gm_is_digit(c) || (digits && !octet) || digits >= 3)
            return 0;
        octet = octet * 10 + (__u32)(c - '0');
        digits++;
    }
    w->literal.group = quad;
    return dots == 4;
}

/* The number of the groups, those behind "::" moved to the end. */
GM_INLINE gm_u128 gm_literal_end(const struct gm_literal* l)
{
    __u32 before = l->gap ? l->gap - 1 : 8, missing = 8 - l->count, i;
    gm_u128 value = 0;

    for (i = 0; i < 8; ++i) {
        __u16 group = i < before             ? l->groups[i]
                      : i < before + missing ? 0
                                             : l->groups[(i - missing) & 7];

        value = value << 16 | group;
    }
    return value;
}

/* The hexadecimal digits in [at, end), eight at most: how many; and the number of the first four,
 * or of as many as there are, in *number. REQUIRES: at < end. */
GM_INLINE __u32 gm_read_hex(const struct gm_work* w, __u32 at, __u32 end, __u32* number)
{
    __u64 word = gm_load8(gm_at(w, at));
    __u64 letters = gm_between(word | gm_each(0x20), 'a', 'f');
    __u64 others = ~(letters | gm_between(word, '0', '9')) & GM_TOPS;
    __u64 nibbles = (word & gm_each(0x0f)) + (letters >> 7) * 9;
    __u32 seen = others ? gm_lowest(others) : 8;
    __u32 digits = seen < end - at ? seen : end - at;
    __u32 four = (__u32)(nibbles << 12 & 0xf000) | (__u32)(nibbles & 0xf00) |
                 (__u32)(nibbles >> 12 & 0xf0) | (__u32)(nibbles >> 24 & 0xf);

    *number = four >> ((4 - digits) & 3) * 4;
    return digits;
}

/* "::" at l->at: zeros from here on, as many as are missing. Once only. */
GM_INLINE int gm_literal_gap(struct gm_literal* l)
{
    if (l->gap)
        return 0;
    l->gap = l->count + 1;
    l->at += 2;
    return 1;
}

/* The dotted quad at the end stands for two groups. */
GM_INLINE int gm_literal_quad(struct gm_work* w)
{
    struct gm_literal* l = &w->literal;

    if (l->count > 6 || !gm_read_v4(w, l->at, l->end))
        return 0;
    l->groups[l->count & 7] = (__u16)(l->group >> 16);
    l->groups[(l->count + 1) & 7] = (__u16)l->group;
    l->count += 2;
    l->at = l->end;
    return 1;
}

/* One group at l->at and the colons behind it; 0 where there is none. */
GM_INLINE int gm_literal_step(struct gm_work* w)
{
    struct gm_literal* l = &w->literal;
    __u32 number, digits = gm_read_hex(w, l->at, l->end, &number), next = l->at + digits;

    if (!digits || digits > 4)
        return 0;
    if (next < l->end && *gm_at(w, next) == '.')
        return gm_literal_quad(w);
    l->groups[l->count & 7] = (__u16)number;
    l->count++;
    l->at = next;
    if (next >= l->end)
        return 1;
    if (*gm_at(w, next) != ':' || next + 1 >= l->end)
        return 0;
    if (*gm_at(w, next + 1) == ':')
        return gm_literal_gap(l);
    l->at = next + 1;
    return 1;
}

/* The IPv6 literal in [at, end) into w->literal; 0 if it is none. ::ffff:a.b.c.d is the IPv4. */
GM_GLOBAL int gm_read_v6(struct gm_work* w, __u32 at, __u32 end)
{
    struct gm_literal* l;
    __u32 k;

    if (!w || end <= at + 1 || end - at > 45)
        return 0;
    l = &w->literal;
    l->at = at;
    l->end = end;
    l->group = l->count = l->gap = 0;
    if (*gm_at(w, at) == ':' && (*gm_at(w, at + 1) != ':' || !gm_literal_gap(l)))
        return 0;
    for (k = 0; k < 8; ++k) {
        GM_BARRIER();
        if (l->at >= end)
            break;
        if (!gm_literal_step(w))
            return 0;
    }
    return l->at >= end && (l->gap ? l->count < 8 : l->count == 8);
}

#endif
