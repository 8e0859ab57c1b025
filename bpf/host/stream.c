// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_stream's own source, and the socket that it asks.

#include "run.h"

#include "../gm_stream.bpf.c"

#include <stdlib.h>

static struct bpf_sock receiver;
static struct bpf_tcp_sock receiver_tcp;
static struct gm_host_socket *now_socket;
static struct gm_arrived arrived;

struct bpf_sock *bpf_sk_fullsock(struct bpf_sock *sk) { return sk; }

struct bpf_tcp_sock *gm_host_tcp_sock(struct bpf_sock *sk)
{
    (void)sk;
    return &receiver_tcp;
}

void *bpf_sk_storage_get(void *map, void *sk, void *value, __u64 flags)
{
    (void)sk;
    (void)value;
    if (map == (void *)&gm_flows)
        return &now_socket->flow;
    if (!now_socket->text && (flags & BPF_SK_STORAGE_GET_F_CREATE))
        now_socket->text = calloc(1, (sizeof(struct gm_work) + 15) / 16 * 16);
    return now_socket->text;
}

long bpf_sk_storage_delete(void *map, void *sk)
{
    (void)map;
    (void)sk;
    free(now_socket->text);
    now_socket->text = NULL;
    return 0;
}

int gm_host_stream(const struct gm_host_caller *host, const struct gm_host_packet *packet,
                   struct gm_host_socket *socket)
{
    const struct gm_host_program program = {
        .run = gm_stream, .socket = &receiver, .scratch = {&gm_arrivals, &arrived}};

    receiver.protocol = IPPROTO_TCP;
    receiver.state = socket->state;
    receiver_tcp.rcv_nxt = socket->rcv_nxt;
    now_socket = socket;
    gm_host_netns = packet->device.netns;
    gm_host_opened = packet->opened;
    gm_host_tunnel = packet->tunnel;
    return gm_host_run(host, packet, &program);
}
