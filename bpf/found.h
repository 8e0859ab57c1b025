/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What this CPU last found in gm_listeners. Most packets go to the same few places, and a look-up
 * by an address costs more than all else that a flood is dropped by.
 */
#ifndef GMGUARD_BPF_FOUND_H
#define GMGUARD_BPF_FOUND_H

#include "listener.h"

/* Places that are remembered, a power of two; another place takes the room of what it falls on. */
#define GM_PLACES 64

struct gm_found {
    gm_u128 address;
    __u64 place;     /* port, and protocol from bit 32 on */
    __u32 listeners; /* gm_settings.listeners, at which it was found */
    __u32 there;
    struct gm_listener listener;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, GM_PLACES);
    __type(key, __u32);
    __type(value, struct gm_found);
} gm_founds SEC(".maps");

/* Brings it to (address, place). A call of its own: the way that few packets take. */
static __attribute__((noinline)) int gm_find_anew(struct gm_found *found, __u64 high, __u64 low,
                                                  __u64 place, __u32 listeners)
{
    gm_u128 address = (gm_u128)high << 64 | low;
    const struct gm_listener *l =
        gm_find_entry(address, (__u16)place, (enum gm_protocol)(place >> 32));

    found->address = address;
    found->place = place;
    found->listeners = listeners;
    found->there = l != NULL;
    if (l)
        found->listener = *l;
    return 0;
}

/* As gm_find_entry(). */
static __always_inline const struct gm_listener *gm_find_known(const struct gm_settings *settings,
                                                               gm_u128 address, __u16 port,
                                                               enum gm_protocol protocol)
{
    __u64 place = (__u64)protocol << 32 | port;
    __u32 at = ((__u32)address ^ port ^ protocol) & (GM_PLACES - 1);
    struct gm_found *found = bpf_map_lookup_elem(&gm_founds, &at);

    if (!found)
        return NULL;
    if (found->address != address || found->place != place ||
        found->listeners != settings->listeners)
        gm_find_anew(found, (__u64)(address >> 64), (__u64)address, place, settings->listeners);
    return found->there ? &found->listener : NULL;
}

#endif
