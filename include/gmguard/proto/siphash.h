/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * SipHash-2-4 with 128 bits of output (Aumasson, Bernstein), fed with whole 64-bit words.
 */
#ifndef GMGUARD_PROTO_SIPHASH_H
#define GMGUARD_PROTO_SIPHASH_H

#include "target.h"

struct gm_siphash {
    __u64 v0, v1, v2, v3;
};

GM_INLINE __u64 gm_rotate(__u64 x, int bits) { return x << bits | x >> (64 - bits); }

GM_INLINE void gm_siphash_round(struct gm_siphash* s)
{
    s->v0 += s->v1;
    s->v1 = gm_rotate(s->v1, 13) ^ s->v0;
    s->v0 = gm_rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = gm_rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = gm_rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = gm_rotate(s->v1, 17) ^ s->v2;
    s->v2 = gm_rotate(s->v2, 32);
}

GM_INLINE void gm_siphash_start(struct gm_siphash* s, __u64 key0, __u64 key1)
{
    s->v0 = 0x736f6d6570736575ULL ^ key0;
    s->v1 = 0x646f72616e646f6dULL ^ key1 ^ 0xee;
    s->v2 = 0x6c7967656e657261ULL ^ key0;
    s->v3 = 0x7465646279746573ULL ^ key1;
}

GM_INLINE void gm_siphash_word(struct gm_siphash* s, __u64 word)
{
    s->v3 ^= word;
    gm_siphash_round(s);
    gm_siphash_round(s);
    s->v0 ^= word;
}

/* The hash. The first 64 bits of the reference's output are the low half. */
GM_INLINE gm_u128 gm_siphash_end(struct gm_siphash* s)
{
    __u64 low;

    s->v2 ^= 0xee;
    gm_siphash_round(s);
    gm_siphash_round(s);
    gm_siphash_round(s);
    gm_siphash_round(s);
    low = s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
    s->v1 ^= 0xdd;
    gm_siphash_round(s);
    gm_siphash_round(s);
    gm_siphash_round(s);
    gm_siphash_round(s);
    return (gm_u128)(s->v0 ^ s->v1 ^ s->v2 ^ s->v3) << 64 | low;
}

#endif
