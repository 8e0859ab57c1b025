/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Stands in for libbpf's header of this name where a program is compiled for the host: the same map
 * declarations, and of the helpers those that gm_inside calls, as plain functions that host.c hands
 * to its caller (host.h).
 */
#ifndef GMGUARD_BPF_HOST_HELPERS_H
#define GMGUARD_BPF_HOST_HELPERS_H

#include <linux/bpf.h>
#include <stddef.h>

#define SEC(name)
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) __typeof__(value) *name

/* Under names of their own: libbpf's library exports some of these, and this code is linked beside
 * it. */
#define bpf_map_lookup_elem gm_host_map_lookup_elem
#define bpf_map_update_elem gm_host_map_update_elem
#define bpf_skb_load_bytes gm_host_skb_load_bytes
#define bpf_ringbuf_output gm_host_ringbuf_output
#define bpf_ktime_get_ns gm_host_ktime_get_ns
#define bpf_ktime_get_coarse_ns gm_host_ktime_get_coarse_ns
#define bpf_jiffies64 gm_host_jiffies64

void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
long bpf_skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 length);
long bpf_ringbuf_output(void *ring, void *data, __u64 size, __u64 flags);
__u64 bpf_ktime_get_ns(void);
__u64 bpf_ktime_get_coarse_ns(void);
__u64 bpf_jiffies64(void);

#endif
