// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// What the figures are measured against: a program that does nothing, and a bare look-up in a map
// like gm_bindings.

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "gmguard/abi/keys.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1000000);
    __type(key, struct gm_selector);
    __type(value, struct gm_binding);
} bench_table SEC(".maps");

SEC("xdp")
int bench_empty(struct xdp_md* ctx) {
    return XDP_DROP;
}

/* The frame starts with the key. */
SEC("xdp")
int bench_lookup(struct xdp_md* ctx) {
    struct gm_selector *key = (void*)(long)ctx->data, copy;

    if ((void*)(key + 1) > (void*)(long)ctx->data_end)
        return XDP_ABORTED;
    __builtin_memcpy(&copy, key, sizeof(copy));
    return bpf_map_lookup_elem(&bench_table, &copy) ? XDP_PASS : XDP_DROP;
}

SEC("cgroup_skb/ingress")
int bench_admit(struct __sk_buff* skb) {
    return 1;
}

char bench_license[] SEC("license") = "Dual BSD/GPL";
