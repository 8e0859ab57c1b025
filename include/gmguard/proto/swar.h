/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Eight bytes at a time: tests that set the top bit of each byte that meets them. Where a test says
 * "lowest exact", only the lowest flag can be trusted, the ones above it may be false.
 */
#ifndef GMGUARD_PROTO_SWAR_H
#define GMGUARD_PROTO_SWAR_H

#include "target.h"

#define GM_ONES 0x0101010101010101ULL
#define GM_TOPS 0x8080808080808080ULL

GM_INLINE __u64 gm_each(__u8 c) { return GM_ONES * c; }

/* Bytes equal to those of `pattern` (gm_each of one character); lowest exact. */
GM_INLINE __u64 gm_equal(__u64 word, __u64 pattern)
{
    __u64 x = word ^ pattern;

    return (x - GM_ONES) & ~x & GM_TOPS;
}

/* Bytes from `low` to `high`, which are ASCII; all exact. */
GM_INLINE __u64 gm_between(__u64 word, __u8 low, __u8 high)
{
    __u64 seven = word & ~GM_TOPS;

    return (seven + gm_each((__u8)(0x80 - low))) & ~(seven + gm_each((__u8)(0x7f - high))) & ~word &
           GM_TOPS;
}

/* Bytes below 0x20: line ends and control characters; lowest exact. */
GM_INLINE __u64 gm_control(__u64 word) { return (word - gm_each(0x20)) & ~word & GM_TOPS; }

/* Bytes up to 0x20: the same, and blanks; lowest exact. */
GM_INLINE __u64 gm_space(__u64 word) { return (word - gm_each(0x21)) & ~word & GM_TOPS; }

/* Bytes above 0x20, whatever their top bit: no blank; all exact. */
GM_INLINE __u64 gm_visible(__u64 word)
{
    return (((word & ~GM_TOPS) + gm_each(0x5f)) | word) & GM_TOPS;
}

/* The index of the lowest flag, 0 to 7. REQUIRES: flags != 0. (BPF has no such instruction.) */
GM_INLINE __u32 gm_lowest(__u64 flags)
{
    return (__u32)((((flags & -flags) >> 7) * 0x0001020304050607ULL) >> 56);
}

/* The lowest `count` bytes of a word; all of them for 8 and more. */
GM_INLINE __u64 gm_head(__u64 word, __u32 count)
{
    return count >= 8 ? word : word & ((1ULL << ((count & 7) * 8)) - 1);
}

/* ASCII letters in lower case, all other bytes as they are. */
GM_INLINE __u64 gm_lower(__u64 word)
{
    __u64 seven = word & ~GM_TOPS;
    __u64 from_a = seven + gm_each(0x80 - 'A');
    __u64 past_z = seven + gm_each(0x7f - 'Z');

    return word | (((from_a ^ past_z) & ~word & GM_TOPS) >> 2);
}

#endif
