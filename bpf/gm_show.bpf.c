// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_show: the bindings as a table, for `cat <pins>/show/bindings`, with or without the controller.

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "gmguard/abi/keys.h"

/* The part of the kernel's types that an iterator reads; CO-RE finds the fields in the running
 * kernel, so none of its headers is needed. */
struct seq_file;
struct bpf_iter_meta {
    struct seq_file *seq;
    __u64 session_id;
    __u64 seq_num;
} __attribute__((preserve_access_index));
struct bpf_iter__bpf_map_elem {
    struct bpf_iter_meta *meta;
    struct bpf_map *map;
    void *key;
    void *value;
} __attribute__((preserve_access_index));

static __always_inline const char *gm_state_name(const struct gm_binding *binding, __u64 now)
{
    if (binding->expires_ns && binding->expires_ns <= now)
        return "ended";
    switch (binding->state) {
    case GM_STATE_BOUND:
        return "bound";
    case GM_STATE_ADOPTED:
        return "adopted";
    case GM_STATE_COOLDOWN:
        return "cooldown";
    case GM_STATE_LAPSED:
        return "lapsed";
    default:
        return "other";
    }
}

SEC("iter/bpf_map_elem")
int gm_show(struct bpf_iter__bpf_map_elem *ctx)
{
    struct seq_file *seq = ctx->meta->seq;
    struct gm_binding *binding = ctx->value;
    __u64 now = bpf_ktime_get_ns(), left = 0;

    /* The last call is without an entry, and has number 0 again where there was but one. */
    if (!binding)
        return 0;
    if (ctx->meta->seq_num == 0)
        BPF_SEQ_PRINTF(seq, "SELECTOR STATE EXPIRES_S IMPI IMPU\n");
    if (binding->expires_ns > now)
        left = (binding->expires_ns - now) / 1000000000;
    BPF_SEQ_PRINTF(seq, "%s %s %llu %s %s\n", binding->selector, gm_state_name(binding, now), left,
                   binding->impi, binding->impu);
    return 0;
}

char gm_license[] SEC("license") = "Dual BSD/GPL";
