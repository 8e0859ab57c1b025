/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Where in a frame it says whose it is. Subscriber n has the /64 2001:db8:8000:0+n, and the user
 * 00101 and n in ten digits (tests/bench/bed.hpp).
 */
#ifndef GMGUARD_BENCH_GM_BASE_H
#define GMGUARD_BENCH_GM_BASE_H

#include <linux/types.h>

#define BENCH_USERS 4

/* Offsets from the frame's start; 0: it is not there. */
struct bench_places {
    __u32 subscribers; /* how many there are to pick from */
    __u32 address;     /* the bytes of the source address that are n's: its second four */
    __u32 spi;
    __u32 host;              /* nine characters, "8000:0011", of the address in Contact */
    __u32 user[BENCH_USERS]; /* ten digits each */
};

#endif
