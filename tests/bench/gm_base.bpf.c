// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// What the figures are measured against: programs that do nothing, and parts of the guard's work
// that no guard can do without.

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "gmguard/proto/sip.h"
#include "packet.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1000000);
    __type(key, struct gm_selector);
    __type(value, struct gm_binding);
} bench_table SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, struct gm_listener_key);
    __type(value, struct gm_listener);
} bench_ports SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct gm_work);
} bench_room SEC(".maps");

SEC("xdp")
int bench_empty(struct xdp_md* ctx) {
    return XDP_DROP;
}

SEC("cgroup_skb/ingress")
int bench_admit(struct __sk_buff* skb) {
    return 1;
}

SEC("tc")
int bench_tc(struct __sk_buff* skb) {
    return TC_ACT_UNSPEC;
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

/* Addresses and ports, and whose they are: nobody's, here. */
SEC("xdp.frags")
int bench_listener(struct xdp_md* ctx) {
    struct gm_cursor cursor = {
        .start = (void*)(long)ctx->data, .end = (void*)(long)ctx->data_end, .at = ETH_HLEN};
    struct gm_packet p = {};
    struct gm_listener_key key = {};

    if (gm_parse_v6(&cursor, &p) != GM_PARSE_OK)
        return XDP_ABORTED;
    key.address = p.destination;
    key.port = p.destination_port;
    key.protocol = (enum gm_protocol)p.protocol;
    return bpf_map_lookup_elem(&bench_ports, &key) ? XDP_PASS : XDP_DROP;
}

/* The message of a frame of Ethernet, IPv6 and UDP, copied and indexed. */
SEC("xdp.frags")
int bench_index(struct xdp_md* ctx) {
    const __u32 head = ETH_HLEN + sizeof(struct ipv6hdr) + sizeof(struct udphdr);
    __u32 zero = 0;
    struct gm_work* w = bpf_map_lookup_elem(&bench_room, &zero);
    __u64 size = bpf_xdp_get_buff_len(ctx) - head - 1;

    if (!w)
        return XDP_ABORTED;
    size &= GM_SIP_MAX - 1;
    size += 1;
    w->sip.length = size;
    if (bpf_xdp_load_bytes(ctx, head, w->text, size))
        return XDP_ABORTED;
    *(__u64*)(w->text + size) = 0;
    return gm_sip_index(w) ? XDP_DROP : XDP_PASS;
}

char bench_license[] SEC("license") = "Dual BSD/GPL";
