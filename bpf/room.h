/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * A program's own room for one message. A room belongs to one CPU and one object:
 * a program can interrupt another on its CPU (gm_answers runs for the sender), never itself,
 * because softirqs are off or running where it does. gm_onward, for which that is not so, has rooms
 * of its own.
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

#endif
