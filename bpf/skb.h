/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * From a socket buffer to the room: what gm_inside, gm_onward and gm_answers share.
 */
#ifndef GMGUARD_BPF_SKB_H
#define GMGUARD_BPF_SKB_H

#include "gmguard/proto/sip.h"
#include "packet.h"
#include "settings.h"

/* A cgroup program lets a packet through with 1. */
enum { GM_REFUSE = 0, GM_ADMIT = 1 };

/* A packet at a cgroup hook begins with its IP header. A call of its own, because the copy would be
 * too much for the stack of those that judge. */
static __attribute__((noinline, unused)) enum gm_parse gm_parse_skb(struct __sk_buff *skb,
                                                                    struct gm_packet *p)
{
    __u64 header[sizeof(struct ipv6hdr) / 8];
    struct gm_cursor cursor = {.skb = skb, .header = header};

    if (skb->protocol == bpf_htons(ETH_P_IP))
        return gm_parse_v4(&cursor, p);
    if (skb->protocol == bpf_htons(ETH_P_IPV6))
        return gm_parse_v6(&cursor, p);
    return GM_PARSE_OTHER;
}

/* Copies `length` bytes into the room; 0 where they are not there or too many. */
static __always_inline int gm_copy_bytes(struct __sk_buff *skb, struct gm_work *w, __u32 at,
                                         __u32 length)
{
    __u64 size = length - 1;

    /* The one form of this bound that 6.1, 6.12 and 6.18 accept (clang 16, 19). */
    GM_FORGET(size);
    if (length == 0 || length > GM_SIP_MAX)
        return 0;
    size &= GM_SIP_MAX - 1;
    size += 1;
    if (bpf_skb_load_bytes(skb, at, w->text, size))
        return 0;
    w->sip.length = size;
    *(__u64 *)(w->text + size) = 0;
    return 1;
}

static __always_inline int gm_copy_payload(struct __sk_buff *skb, struct gm_work *w,
                                           const struct gm_packet *p)
{
    return gm_copy_bytes(skb, w, p->payload, p->length);
}

/* Whether the message whose index is made is an answer to a REGISTER. */
static __always_inline int gm_is_answer(struct gm_work *w)
{
    struct gm_span method;

    return w->sip.kind == GM_KIND_RESPONSE && w->sip.count[GM_H_CSEQ] == 1 &&
           !gm_read_cseq(w, &method) && gm_is_register(w, method);
}

#endif
