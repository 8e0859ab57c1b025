/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Types that the layouts in this folder are made of. Every header here compiles as C11 and as C++
 * with the same layout, for BPF and for the host, and includes nothing but <linux/types.h>.
 */
#ifndef GMGUARD_ABI_TYPES_H
#define GMGUARD_ABI_TYPES_H

#include <linux/types.h>

/* An IP address or a 128-bit hash in host order: bpftool prints 0x20010db8.... An IPv4 address is
 * ::ffff:a.b.c.d. For hash keys and values only; keys of LPM tries are network order (pools.h). */
__extension__ typedef unsigned __int128 gm_u128;

#ifdef __cplusplus
#define GM_STATIC_ASSERT(condition, text) static_assert(condition, text)
#else
#define GM_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#endif
