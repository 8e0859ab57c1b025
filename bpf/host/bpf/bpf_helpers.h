/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Stands in for libbpf's header of this name where a program is compiled for the host: the same map
 * declarations, and of the helpers those that gm_inside and gm_stream call, as plain functions that
 * host.c hands to its caller (host.h).
 */
#ifndef GMGUARD_BPF_HOST_HELPERS_H
#define GMGUARD_BPF_HOST_HELPERS_H

#include <linux/bpf.h>
#include <stddef.h>

/* Both programs declare the same maps: weak ones are one. */
#define SEC(name) __attribute__((weak))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
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
#define bpf_sk_fullsock gm_host_sk_fullsock
#define bpf_tcp_sock(sk) gm_host_tcp_sock(sk)
#define bpf_sk_storage_get gm_host_sk_storage_get
#define bpf_sk_storage_delete gm_host_sk_storage_delete

void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
long bpf_skb_load_bytes(const void *skb, __u32 offset, void *to, __u32 length);
long bpf_ringbuf_output(void *ring, void *data, __u64 size, __u64 flags);
__u64 bpf_ktime_get_ns(void);
__u64 bpf_ktime_get_coarse_ns(void);
__u64 bpf_jiffies64(void);
struct bpf_sock *bpf_sk_fullsock(struct bpf_sock *sk);
struct bpf_tcp_sock *gm_host_tcp_sock(struct bpf_sock *sk);
void *bpf_sk_storage_get(void *map, void *sk, void *value, __u64 flags);
long bpf_sk_storage_delete(void *map, void *sk);

#endif
