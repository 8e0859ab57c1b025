/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What is guarded: the listener of an address and port, and the mark of a guarded address.
 */
#ifndef GMGUARD_BPF_LISTENER_H
#define GMGUARD_BPF_LISTENER_H

#include "maps.h"

static __always_inline const struct gm_listener *gm_find_exact(gm_u128 address, __u16 port,
                                                               enum gm_protocol protocol)
{
    struct gm_listener_key key = {.address = address, .port = port, .protocol = protocol};

    return bpf_map_lookup_elem(&gm_listeners, &key);
}

/* The entry of (address, port, protocol), else that of every address, or NULL. */
static __always_inline const struct gm_listener *gm_find_entry(gm_u128 address, __u16 port,
                                                               enum gm_protocol protocol)
{
    struct gm_listener_key key = {.address = address, .port = port, .protocol = protocol};
    const struct gm_listener *l = bpf_map_lookup_elem(&gm_listeners, &key);

    if (l)
        return l;
    key.address = 0;
    return bpf_map_lookup_elem(&gm_listeners, &key);
}

/* The mark of every socket that no listener names. */
static __always_inline const struct gm_listener *gm_find_unnamed(void)
{
    return gm_find_exact(0, 0, GM_UDP);
}

#endif
