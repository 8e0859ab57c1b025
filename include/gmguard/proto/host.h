/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Address literals in text: dotted quads without leading zeros, RFC 4291 text without zone.
 */
#ifndef GMGUARD_PROTO_HOST_H
#define GMGUARD_PROTO_HOST_H

#include "sip.h"

#define GM_V4_MAPPED ((gm_u128)0xffff << 32)

GM_INLINE int gm_hex_digit(char c)
{
    if (gm_is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

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

GM_INLINE void gm_literal_group(struct gm_literal* l)
{
    if (!l->digits || l->count >= 8)
        l->bad = 1;
    l->groups[l->count & 7] = (__u16)l->group;
    l->count++;
    l->group = l->digits = 0;
}

/* A colon at position `at`: the end of a group, or a second one in a row. */
GM_INLINE void gm_literal_colon(struct gm_work* w, __u32 at, int first)
{
    struct gm_literal* l = &w->literal;
    int again = at + 1 < l->end && *gm_at(w, at + 1) == ':';

    if (l->digits)
        gm_literal_group(l);
    else if (!(first && again))
        l->bad = 1;
    if (again) {
        if (l->gap)
            l->bad = 1;
        l->gap = l->count + 1;
        l->at++;
    } else if (at + 1 >= l->end) {
        l->bad = 1;
    }
}

/* One character, or the dotted quad at the end. Returns 1 when there is nothing left to read. */
GM_INLINE int gm_literal_step(struct gm_work* w, __u32 first)
{
    struct gm_literal* l = &w->literal;
    __u32 at = l->at;
    char c = *gm_at(w, at);
    int digit;

    if (at >= l->end || l->bad)
        return 1;
    l->at = at + 1;
    if (c == ':') {
        gm_literal_colon(w, at, at == first);
        return 0;
    }
    digit = gm_hex_digit(c);
    if (digit < 0 || l->digits >= 4)
        l->bad = 1;
    l->group = l->group << 4 | (__u32)(digit & 15);
    l->digits++;
    return 0;
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

/* The IPv6 literal in [at, end) into *address; 0 if it is none. ::ffff:a.b.c.d is the IPv4. */
GM_GLOBAL int gm_read_v6(struct gm_work* w, __u32 at, __u32 end)
{
    struct gm_literal* l;
    __u32 k, tail, quad;

    if (!w || end <= at + 1 || end - at > 45)
        return 0;
    l = &w->literal;
    l->at = at;
    l->end = end;
    l->group = l->digits = l->count = l->gap = l->bad = 0;
    for (k = 0; k < 45; ++k) {
        GM_BARRIER();
        if (gm_literal_step(w, at))
            break;
        if (l->at < end && l->digits && *gm_at(w, l->at) == '.')
            break;
    }
    if (l->digits && l->at < end) {
        tail = l->at - l->digits;
        if (l->bad || l->count > 6 || !gm_read_v4(w, tail, end))
            return 0;
        quad = l->group;
        l->groups[l->count & 7] = (__u16)(quad >> 16);
        l->groups[(l->count + 1) & 7] = (__u16)quad;
        l->count += 2;
    } else if (l->digits) {
        gm_literal_group(l);
    }
    return !l->bad && (l->gap ? l->count < 8 : l->count == 8);
}

#endif
