/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The settings that are in force, and the time that they say it is.
 */
#ifndef GMGUARD_BPF_SETTINGS_H
#define GMGUARD_BPF_SETTINGS_H

#include "maps.h"

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
