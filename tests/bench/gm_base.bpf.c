// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// What the figures are measured against: programs that do nothing, and parts of the guard's work
// that no guard can do without.

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "gm_base.h"
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

SEC("xdp.frags")
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

/* What makes another subscriber of each packet, before the program that is timed: the packet's own
 * address, and its text where that says who it is. */
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} bench_next SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct bench_places);
} bench_where SEC(".maps");

static __always_inline int bench_write(struct xdp_md* ctx, __u32 at, const char* text, __u32 size) {
    char* p = (char*)(long)ctx->data + (at & 0x7ff);

    if (!at || p + size > (char*)(long)ctx->data_end)
        return 0;
    __builtin_memcpy(p, text, size);
    return 1;
}

static __always_inline void bench_write_user(struct xdp_md* ctx, const struct bench_places* where,
                                             __u32 n) {
    char digits[10];
    __u32 i;

    for (i = 0; i < 10; ++i) {
        digits[9 - i] = '0' + n % 10;
        n /= 10;
    }
    for (i = 0; i < BENCH_USERS; ++i)
        bench_write(ctx, where->user[i], digits, sizeof(digits));
}

static __always_inline char bench_hex(__u32 digit) {
    digit &= 15;
    return digit < 10 ? '0' + digit : 'a' + digit - 10;
}

/* "8000:0011" of the address. */
static __always_inline void bench_write_host(struct xdp_md* ctx, const struct bench_places* where,
                                             __u32 n) {
    char text[9] = {'8', '0', '0', bench_hex(n >> 16), ':'};
    __u32 i;

    for (i = 0; i < 4; ++i)
        text[5 + i] = bench_hex(n >> (12 - 4 * i));
    bench_write(ctx, where->host, text, sizeof(text));
}

SEC("xdp.frags")
int bench_pick(struct xdp_md* ctx) {
    __u32 zero = 0, n;
    struct bench_places* where = bpf_map_lookup_elem(&bench_where, &zero);
    __be32 word;

    if (!where || !where->subscribers)
        return XDP_ABORTED;
    n = bpf_get_prandom_u32() % where->subscribers;
    word = bpf_htonl(0x80000000 + n);
    bench_write(ctx, where->address, (char*)&word, sizeof(word));
    word = bpf_htonl(0x10000000 + n);
    bench_write(ctx, where->spi, (char*)&word, sizeof(word));
    if (where->host) {
        bench_write_user(ctx, where, n);
        bench_write_host(ctx, where, n);
    }
    bpf_tail_call(ctx, &bench_next, 0);
    return XDP_ABORTED;
}

SEC("xdp.frags")
int bench_picked(struct xdp_md* ctx) {
    return XDP_DROP;
}

/* The bare look-up of whom the address says. */
SEC("xdp.frags")
int bench_find(struct xdp_md* ctx) {
    struct gm_cursor cursor = {
        .start = (void*)(long)ctx->data, .end = (void*)(long)ctx->data_end, .at = ETH_HLEN};
    struct gm_packet p = {};
    struct gm_selector key = {.bits = 64};

    if (gm_parse_v6(&cursor, &p) != GM_PARSE_ESP)
        return XDP_ABORTED;
    key.address = p.source >> 64 << 64;
    return bpf_map_lookup_elem(&bench_table, &key) ? XDP_PASS : XDP_DROP;
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
