/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * One run of one program, between host.c, which has the helpers, and the files that each have a
 * program's source.
 */
#ifndef GMGUARD_BPF_HOST_RUN_H
#define GMGUARD_BPF_HOST_RUN_H

#include "host.h"

#include <linux/bpf.h>

/* A map that is the program's alone, and what stands for its one value. */
struct gm_host_scratch {
    const void *map;
    void *room;
};

struct gm_host_program {
    int (*run)(struct __sk_buff *skb);
    struct bpf_sock *socket; /* NULL: none */
    struct gm_host_scratch scratch;
};

int gm_host_run(const struct gm_host_caller *host, const struct gm_host_packet *packet,
                const struct gm_host_program *program);

#endif
