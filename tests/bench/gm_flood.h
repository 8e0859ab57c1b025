/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What the flood is told and tells. Its sources are numbered: n comes from 100.1aa.1bb.1cc, where
 * aabbcc are the digits of n, and from port GM_FLOOD_PORT + n % GM_FLOOD_PORTS.
 */
#ifndef GMGUARD_BENCH_GM_FLOOD_H
#define GMGUARD_BENCH_GM_FLOOD_H

#include <linux/types.h>

#define GM_FLOOD_SOURCES 100000u
#define GM_FLOOD_PORT 10000u
#define GM_FLOOD_PORTS 50000u
#define GM_FLOOD_TEXT "100.100.100.100:10000" /* source 0 */
#define GM_FLOOD_TEXT_SIZE 21
#define GM_FLOOD_TEXTS 4
#define GM_FLOOD_MARK 1024u

struct gm_flood_job {
    __u64 interval_ns;             /* between packets; 0: none */
    __u32 device;                  /* ifindex they leave by */
    __u32 header_sum;              /* of the IP header's words without source and checksum */
    __u32 is_junk;                 /* the first 16 bytes of the payload are random */
    __u32 text_at[GM_FLOOD_TEXTS]; /* where the frame has GM_FLOOD_TEXT; 0: no more */
};

struct gm_flood_tally {
    __u64 sent;
    __u64 begun_ns; /* when the first was sent */
    __u64 last_ns;  /* and the last one whose number is a multiple of GM_FLOOD_MARK */
    __u64 due_ns;
    __u64 random; /* never 0 */
};

#endif
