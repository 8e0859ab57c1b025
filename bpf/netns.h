/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The network namespace of the socket that a packet is for, by its number: a program at the root of
 * the cgroups sees the packets of all. No helper says it before 6.13.
 */
#ifndef GMGUARD_BPF_NETNS_H
#define GMGUARD_BPF_NETNS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#ifdef __bpf__

#include <bpf/bpf_core_read.h>

/* Of the kernel's own, what is read here; where it is, libbpf finds by BTF. */
struct ns_common {
    unsigned int inum;
} __attribute__((preserve_access_index));
struct net {
    struct ns_common ns;
} __attribute__((preserve_access_index));
typedef struct {
    struct net *net;
} possible_net_t;
struct sock_common {
    possible_net_t skc_net;
} __attribute__((preserve_access_index));

/* As much of a socket as is copied: its pointer to the namespace is at 48 in 6.1 to 6.18. A context
 * pointer takes no offset, so the start has to be copied too. */
#define GM_SOCKET_HEAD 128

/* 0: unknown. A call of its own, because the copy would be too much for the stack of those that
 * judge. */
static __attribute__((noinline)) __u32 gm_netns_of(struct __sk_buff *skb)
{
    __u64 head[GM_SOCKET_HEAD / 8];
    __u32 at = bpf_core_field_offset(struct sock_common, skc_net) / 8, number = 0;
    struct bpf_sock *socket = skb->sk;
    const char *net;

    if (!socket || at >= GM_SOCKET_HEAD / 8 || bpf_probe_read_kernel(head, sizeof(head), socket))
        return 0;
    net = (const char *)head[at];
    bpf_probe_read_kernel(&number, sizeof(number),
                          net + bpf_core_field_offset(struct net, ns.inum));
    return number;
}

#else

/* On the host there is no socket: its caller says it (host/host.c). */
static __u32 gm_host_netns;

static __always_inline __u32 gm_netns_of(struct __sk_buff *skb)
{
    (void)skb;
    return gm_host_netns;
}

#endif

#endif
