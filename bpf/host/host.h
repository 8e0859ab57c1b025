/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * gm_inside and gm_stream on the host, from the same source as in the kernel, for what BPF_PROG_RUN
 * cannot give them: cgroup_skb input beyond about 3,700 bytes, where a message may have 8 KiB; a
 * packet's association; a socket. The maps are the caller's: it looks up in those of a loaded
 * instance, so both builds see one state. Caps over all sources are not metered here.
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

/* What a run is given. */
struct gm_host_packet {
    const void *data; /* from the IP header on */
    size_t size;
    struct gm_iface_key device; /* by which it came */
    __u32 opened; /* SPI of the association that decrypted it; 0: it came in clear */
    gm_u128 tunnel; /* where it comes from, if it is a tunnel; 0: it is none */
};
#define GM_HOST_PACKET 0x11000 /* more than the longest of IPv6 */

/* The receiver's side of a TCP connection. All zero but `state` and `rcv_nxt` to begin with. */
enum { GM_HOST_ESTABLISHED = 1, GM_HOST_SYN_SENT = 2, GM_HOST_LISTEN = 10 };
struct gm_host_socket {
    __u32 state;
    __u32 rcv_nxt; /* the next byte that it will take */
    struct gm_flow flow; /* as in gm_flows */
    void *text; /* as in gm_flow_text, or NULL; whoever ends the connection gives it to free() */
};

/* Runs the program over the packet. Returns what it returned, 1 to admit and 0 to refuse; -1: no
 * memory, or more than GM_HOST_PACKET bytes. */
int gm_host_inside(const struct gm_host_caller *host, const struct gm_host_packet *packet);
int gm_host_stream(const struct gm_host_caller *host, const struct gm_host_packet *packet,
                   struct gm_host_socket *socket);

#ifdef __cplusplus
}
#endif

#endif
