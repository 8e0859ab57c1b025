/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * From the first byte of a frame to the ports: Ethernet, up to GM_VLAN_TAGS tags, IPv4 with options
 * or IPv6 with up to GM_IPV6_HEADERS extension headers, UDP and TCP ports. A cursor either advances
 * safely or says no (RFC 791, 8200, 768).
 */
#ifndef GMGUARD_BPF_PACKET_H
#define GMGUARD_BPF_PACKET_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "gmguard/abi/keys.h"
#include "gmguard/proto/work.h"

/* In the TCP header (RFC 9293 3.1). */
#define GM_TCP_OFFSET 12
#define GM_TCP_FLAGS 13
#define GM_TCP_SYN 0x02
#define GM_TCP_ACK 0x10
#define GM_TCP_URG 0x20

enum gm_parse {
    GM_PARSE_OK,        /* ports are known */
    GM_PARSE_OTHER,     /* not IP, or neither UDP nor TCP: not ours */
    GM_PARSE_MALFORMED, /* lengths contradict each other */
    GM_PARSE_TOO_DEEP,  /* addresses are known, but not what is behind the headers */
    GM_PARSE_FRAGMENT,  /* the first of several fragments, with ports */
    GM_PARSE_HEADLESS,  /* a first fragment without its ports */
    GM_PARSE_LATER,     /* not the first fragment */
    GM_PARSE_ESP,       /* the SPI is known, and nothing else (RFC 4303 2) */
};

struct gm_packet {
    gm_u128 source;
    gm_u128 destination;
    __u16 source_port;
    __u16 destination_port;
    __u32 protocol;
    union { /* one word: with two gm_inside has 544 bytes of stack on 6.1 (clang 19) */
        __u32 payload; /* offset of UDP's payload, or TCP's header, from where parsing began */
        __u32 spi;     /* of ESP */
    };
    __u32 length; /* of the UDP payload, as UDP says */
};

/* How far parsing got: an offset from the packet's start, and the end of the IP packet, both
 * bounded. Headers are looked at in place, between `start` and `end`; or, where there is an `skb`,
 * in a copy at `header`: BPF_PROG_RUN gives cgroup_skb programs no data pointers (seen on 6.1). */
struct gm_cursor {
    void *start;
    void *end;
    struct __sk_buff *skb;
    void *header; /* room for the longest, IPv6's */
    __u32 at;
    __u32 stop;
};

/* Tags that are looked through for the addresses of a packet that has too many of them. */
#define GM_VLAN_LOOK 8

/* Offsets of headers never get beyond this: 14 + 8 * 4 + 40 + 6 * 2048, rounded up. */
#define GM_CURSOR_MAX 0x3fff

/* `size` bytes at the cursor, until the next look, or NULL. */
static __always_inline void *gm_look(struct gm_cursor *c, __u32 size)
{
    void *p = c->start + (c->at & GM_CURSOR_MAX);

    if (c->skb)
        return bpf_skb_load_bytes(c->skb, c->at, c->header, size) ? NULL : c->header;
    return p + size <= c->end ? p : NULL;
}

static __always_inline gm_u128 gm_address_v4(__be32 address)
{
    return ((gm_u128)0xffff << 32) | bpf_ntohl(address);
}

static __always_inline gm_u128 gm_address_v6(const struct in6_addr *address)
{
    const __be64 *half = (const void *)address;

    return (gm_u128)bpf_be64_to_cpu(half[0]) << 64 | bpf_be64_to_cpu(half[1]);
}

/* Ethernet and VLAN tags. Returns the type of what follows, host order; 0: nothing we can read,
 * ETH_P_8021Q: more tags than we look through. *deep: more than GM_VLAN_TAGS. */
static __always_inline __u16 gm_parse_ethernet(struct gm_cursor *c, int *deep)
{
    struct ethhdr *eth = gm_look(c, sizeof(*eth));
    __u16 type;
    int i;

    if (!eth)
        return 0;
    type = bpf_ntohs(eth->h_proto);
    c->at += sizeof(*eth);
    for (i = 0; i < GM_VLAN_LOOK; ++i) {
        __be16 *tag;

        if (type != ETH_P_8021Q && type != ETH_P_8021AD)
            break;
        tag = gm_look(c, 4);
        if (!tag)
            return 0;
        type = bpf_ntohs(tag[1]);
        c->at += 4;
        *deep = i >= GM_VLAN_TAGS;
    }
    return type;
}

/* ESP: SPI and sequence number have to be there. */
static __always_inline enum gm_parse gm_parse_esp(struct gm_cursor *c, struct gm_packet *p)
{
    __be32 *esp = gm_look(c, 8);

    if (!esp || c->at + 8 > c->stop)
        return GM_PARSE_MALFORMED;
    p->spi = bpf_ntohl(esp[0]);
    return GM_PARSE_ESP;
}

/* Ports, and for UDP the payload; `fragment`: only part of it is here. */
static __always_inline enum gm_parse gm_parse_ports(struct gm_cursor *c, struct gm_packet *p,
                                                    int fragment)
{
    struct udphdr *udp;
    __u32 length;

    if (p->protocol == IPPROTO_ESP)
        return gm_parse_esp(c, p);
    if (p->protocol != IPPROTO_UDP && p->protocol != IPPROTO_TCP)
        return GM_PARSE_OTHER;
    udp = gm_look(c, sizeof(*udp));
    if (!udp || c->at + sizeof(*udp) > c->stop)
        return fragment ? GM_PARSE_HEADLESS : GM_PARSE_MALFORMED;
    p->source_port = bpf_ntohs(udp->source);
    p->destination_port = bpf_ntohs(udp->dest);
    if (fragment)
        return GM_PARSE_FRAGMENT;
    p->payload = c->at;
    if (p->protocol == IPPROTO_TCP)
        return GM_PARSE_OK;
    length = bpf_ntohs(udp->len);
    p->payload = c->at + sizeof(*udp);
    p->length = length - sizeof(*udp);
    /* A UDP length of 0 is a jumbogram's (RFC 2675), which nobody sends; the receiver would take
     * the IP length. Any other difference is a second opinion on where the message ends. */
    return length == c->stop - c->at ? GM_PARSE_OK : GM_PARSE_MALFORMED;
}

static __always_inline enum gm_parse gm_parse_v4(struct gm_cursor *c, struct gm_packet *p)
{
    struct iphdr *ip = gm_look(c, sizeof(*ip));
    __u32 header, total, offset;

    if (!ip || ip->version != 4)
        return GM_PARSE_OTHER;
    header = ip->ihl * 4;
    total = bpf_ntohs(ip->tot_len);
    offset = bpf_ntohs(ip->frag_off);
    p->source = gm_address_v4(ip->saddr);
    p->destination = gm_address_v4(ip->daddr);
    p->protocol = ip->protocol;
    if (header < sizeof(*ip) || total < header)
        return GM_PARSE_MALFORMED;
    c->stop = c->at + total;
    c->at += header;
    if (offset & 0x1fff)
        return GM_PARSE_LATER;
    return gm_parse_ports(c, p, offset & 0x2000);
}

struct gm_extension {
    __u8 next;
    __u8 size;
    __be16 fragment;
};

/* One IPv6 extension header. Returns what it says of the packet: OK to go on. */
static __always_inline enum gm_parse gm_parse_extension(struct gm_cursor *c, struct gm_packet *p,
                                                        int *fragment)
{
    struct gm_extension *x = gm_look(c, 8);

    if (!x)
        return GM_PARSE_TOO_DEEP;
    switch (p->protocol) {
    case IPPROTO_HOPOPTS:
    case IPPROTO_ROUTING:
    case IPPROTO_DSTOPTS:
        c->at += 8 + x->size * 8;
        break;
    case IPPROTO_FRAGMENT:
        if (bpf_ntohs(x->fragment) & 0xfff8)
            return GM_PARSE_LATER;
        *fragment |= bpf_ntohs(x->fragment) & 1;
        c->at += 8;
        break;
    case IPPROTO_AH:
        c->at += 8 + x->size * 4;
        break;
    default:
        return GM_PARSE_OTHER;
    }
    p->protocol = x->next;
    return GM_PARSE_OK;
}

static __always_inline int gm_is_extension(__u32 protocol)
{
    return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
           protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT || protocol == IPPROTO_AH;
}

static __always_inline enum gm_parse gm_parse_v6(struct gm_cursor *c, struct gm_packet *p)
{
    struct ipv6hdr *ip = gm_look(c, sizeof(*ip));
    int i, fragment = 0;

    if (!ip || ip->version != 6)
        return GM_PARSE_OTHER;
    p->source = gm_address_v6(&ip->saddr);
    p->destination = gm_address_v6(&ip->daddr);
    p->protocol = ip->nexthdr;
    c->stop = c->at + sizeof(*ip) + bpf_ntohs(ip->payload_len);
    c->at += sizeof(*ip);
    /* One look at the type more than needed: with the bound looked at within the loop the programs
     * do not load on 6.1 (clang 19). */
    for (i = 0; i < GM_IPV6_HEADERS; ++i) {
        enum gm_parse parse;

        if (!gm_is_extension(p->protocol))
            break;
        parse = gm_parse_extension(c, p, &fragment);
        if (parse != GM_PARSE_OK)
            return parse;
    }
    if (gm_is_extension(p->protocol))
        return GM_PARSE_TOO_DEEP;
    return gm_parse_ports(c, p, fragment);
}

/* What w->record says of the packet, for the taps and the reports. */
static __always_inline void gm_fill_packet(struct gm_work *w, const struct gm_packet *p,
                                           __u32 ifindex)
{
    w->record.source = p->source;
    w->record.inner = p->source;
    w->record.destination = p->destination;
    w->record.source_port = p->source_port;
    w->record.destination_port = p->destination_port;
    w->record.protocol = p->protocol;
    w->record.ifindex = ifindex;
    w->record.holder = 0;
    w->record.full_length = p->length;
}

#endif
