/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Each program's own room for one message, and the time. A room belongs to one CPU and one object:
 * a program can interrupt another on its CPU (gm_onward and gm_answers run for the sender), never
 * itself.
 */
#ifndef GMGUARD_BPF_ROOM_H
#define GMGUARD_BPF_ROOM_H

#include "maps.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct gm_work);
} gm_work SEC(".maps");

static __always_inline struct gm_work *gm_room(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&gm_work, &zero);
}

static __always_inline const struct gm_settings *gm_settings_now(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&gm_settings, &zero);
}

/* Nanoseconds of CLOCK_MONOTONIC to the tick, or the replayed capture's. */
static __always_inline __u64 gm_now(const struct gm_settings *settings)
{
    return settings->clock_ns ? settings->clock_ns : bpf_ktime_get_coarse_ns();
}

#endif
