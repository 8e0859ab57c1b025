/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * gm_inside on the host, from the same source as in the kernel, for what BPF_PROG_RUN cannot take:
 * it refuses cgroup_skb input beyond about 3,700 bytes, and a message may have 8 KiB. The maps are
 * the caller's: it looks up in those of a loaded instance, so both builds see one state.
 *
 * Not reentrant: one run at a time in a process.
 */
#ifndef GMGUARD_BPF_HOST_H
#define GMGUARD_BPF_HOST_H

#include <linux/types.h>
#include <stddef.h>

#include "gmguard/abi/keys.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gm_host_map {
    const char *name;
    size_t key_size;
    size_t value_size; /* 0: a ring */
};

struct gm_host_caller {
    void *caller;
    /* Copies the value of `key` to `value`; 0 if it is not there. */
    int (*lookup)(void *caller, const struct gm_host_map *map, const void *key, void *value);
    /* Puts back a value that the program was given and changed. */
    void (*store)(void *caller, const struct gm_host_map *map, const void *key, const void *value);
    /* Takes a ring record. */
    void (*output)(void *caller, const struct gm_host_map *ring, const void *record, size_t size);
};

/* Runs gm_inside over the IP packet of `size` bytes that came by `device`. Returns what the program
 * returned, 1 to admit and 0 to refuse; -1: no memory, or more than GM_HOST_PACKET bytes. */
#define GM_HOST_PACKET 65536
int gm_host_inside(const struct gm_host_caller *host, const void *packet, size_t size,
                   struct gm_iface_key device);

#ifdef __cplusplus
}
#endif

#endif
