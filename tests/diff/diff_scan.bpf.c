// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// The scanner alone, over what BPF_PROG_RUN is given: a 16-byte head whose first word is the length
// of the message, then the message. The result stays in a map that user space has mapped.

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "scan.h"

#define SCAN_HEAD 16

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_MMAPABLE);
    __type(key, __u32);
    __type(value, struct scan_room);
} scan_rooms SEC(".maps");

SEC("xdp.frags")
int diff_scan(struct xdp_md* ctx) {
    __u32 zero = 0, length = 0;
    struct scan_room* r = bpf_map_lookup_elem(&scan_rooms, &zero);
    __u64 size;

    if (!r || bpf_xdp_load_bytes(ctx, 0, &length, sizeof(length)))
        return XDP_ABORTED;
    size = length - 1;
    GM_FORGET(size);
    if (length == 0 || length > GM_SIP_MAX)
        return XDP_ABORTED;
    size &= GM_SIP_MAX - 1;
    size += 1;
    if (bpf_xdp_load_bytes(ctx, SCAN_HEAD, r->work.text, size))
        return XDP_ABORTED;
    *(__u64*)(r->work.text + size) = 0;
    r->work.sip.length = size;
    scan_message(r);
    return XDP_PASS;
}

char scan_license[] SEC("license") = "Dual BSD/GPL";
