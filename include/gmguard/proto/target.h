/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What differs between the two targets of this folder: BPF (clang, no library, every loop bounded
 * and verified) and the host (any C11 or C++ compiler). Nothing else here knows its target.
 */
#ifndef GMGUARD_PROTO_TARGET_H
#define GMGUARD_PROTO_TARGET_H

#include "../abi/types.h"

#ifdef __bpf__

#define GM_INLINE static inline __attribute__((always_inline))
/* A function that the verifier checks once, on its own, for any arguments: that keeps the number
 * of verified instructions a sum of the parts and no product. Pointers to it may be NULL. */
#define GM_GLOBAL __attribute__((noinline))
/* Keeps clang from remembering what it knows of `x`: a bound that it proves and drops is a bound
 * that the verifier does not see (clang 16 and 19; kernels 6.1 to 6.18). */
#define GM_FORGET(x) asm volatile("" : "+r"(x))
#define GM_BARRIER() asm volatile("" ::: "memory")
/* The kernel's bpf_loop: calls step(i, context) for i = 0 .. count-1 until it returns 1. */
static long (*const gm_bpf_loop)(__u32 count, void* step, void* context, __u64 flags) = (void*)181;
#define gm_loop(count, step, context) gm_bpf_loop(count, (void*)(step), context, 0)

#else

#include <string.h>
#define GM_INLINE static inline
#define GM_GLOBAL static inline __attribute__((unused))
#define GM_FORGET(x) ((void)(x))
#define GM_BARRIER() ((void)0)
#define gm_loop(count, step, context)                                                              \
    do {                                                                                           \
        for (__u32 gm_i = 0; gm_i < (count); ++gm_i)                                               \
            if (step(gm_i, context))                                                               \
                break;                                                                             \
    } while (0)

#endif

/* Eight bytes at `p`, the first one lowest. Both targets are little-endian. */
GM_INLINE __u64 gm_load8(const char* p)
{
#ifdef __bpf__
    /* clang 16 and 19 make eight loads and shifts of an unaligned load whose base they know. */
    GM_FORGET(p);
    return *(const __u64*)p;
#else
    __u64 word;
    memcpy(&word, p, sizeof(word));
    return word;
#endif
}

#endif
