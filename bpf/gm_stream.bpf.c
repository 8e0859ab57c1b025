// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_stream: the judge of TCP at the P-CSCF's sockets (cgroup_skb ingress). Every message of a
// connection is judged as gm_inside judges a datagram, before the receiver has its last byte
// (stream.h: which bytes; framing.h: which message). A refused message ends its connection: nothing
// more of it passes, and the controller destroys the socket. Connections with the core are only
// read.

#include "stream.h"

#include "gmguard/abi/deadlines.h"

/* So long a segment that the receiver waits for may be refused before the connection ends: one that
 * does not fit to what was judged (it stalls), and one whose registration is not known (H18). */
#define GM_STALL_NS 1000000000ULL
#define GM_EARLY_NS 2000000000ULL

#define GM_TCP_SYN_SENT 2
#define GM_TCP_LISTEN 10

/* The segment at hand, in a map because the stack is the judges'. */
struct gm_arrived {
    struct gm_segment segment;
    struct gm_tcp tcp;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct gm_arrived);
} gm_arrivals SEC(".maps");

static __always_inline struct gm_arrived *gm_arrived_here(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&gm_arrivals, &zero);
}

/* Reads the TCP header at `at`; 0 where it is not whole. */
static __always_inline int gm_read_tcp(struct __sk_buff *skb, __u32 at, struct gm_tcp *tcp)
{
    struct {
        __be16 ports[2];
        __be32 sequence, acknowledged;
        __u8 offset, flags;
        __be16 window;
        __be16 checksum, urgent;
    } header;
    __u32 data;

    if (bpf_skb_load_bytes(skb, at, &header, sizeof(header)))
        return 0;
    data = at + (header.offset >> 4) * 4;
    if (data < at + sizeof(header) || data > skb->len)
        return 0;
    /* A SYN takes the first number. */
    tcp->sequence = bpf_ntohl(header.sequence) + !!(header.flags & GM_TCP_SYN);
    tcp->urgent = header.flags & GM_TCP_URG;
    tcp->data = data;
    tcp->length = skb->len - data;
    return 1;
}

/* Takes the segment's messages; the first may have come in pieces, and is read in its own room. */
static __always_inline enum gm_taken gm_take_all(struct __sk_buff *skb, struct bpf_sock *sk,
                                                 struct gm_work *w, struct gm_segment *s)
{
    enum gm_taken taken = GM_TAKEN_NEXT;
    struct gm_work *own;

    if (s->have) {
        own = bpf_sk_storage_get(&gm_flow_text, sk, NULL, 0);
        if (!own)
            return GM_TAKEN_LOST;
        own->record = w->record;
        taken = gm_take_message(skb, own, s);
    }
    return taken == GM_TAKEN_NEXT ? gm_take_messages(skb, w, s) : taken;
}

/* Keeps the unfinished header section that the segment ends with. */
static __always_inline int gm_keep_part(struct __sk_buff *skb, struct bpf_sock *sk,
                                        struct gm_flow *flow, struct gm_segment *s, __u64 now)
{
    struct gm_work *own;

    if (!s->have) {
        own = bpf_sk_storage_get(&gm_flow_text, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
        if (!own || !gm_load_message(skb, own, s))
            return 0;
        flow->began_ns = now;
    }
    s->have += s->left;
    return 1;
}

/* Where the connection stands, now that the segment passes. */
static __always_inline void gm_settle(struct bpf_sock *sk, struct gm_flow *flow,
                                      const struct gm_segment *s)
{
    if (flow->have && !s->have)
        bpf_sk_storage_delete(&gm_flow_text, sk);
    flow->body = s->body;
    flow->have = s->have;
    flow->refused_ns = 0;
}

/* A segment that the receiver waits for is refused. After `patience` the connection ends. */
static __always_inline void gm_grow_impatient(struct gm_flow *flow, __u64 now, __u64 patience)
{
    if (!flow->refused_ns)
        flow->refused_ns = now;
    else if (now - flow->refused_ns >= patience)
        flow->state = GM_FLOW_POISONED;
}

/* How a segment fares. */
enum gm_fate {
    GM_FATE_PASS,
    GM_FATE_JUDGED, /* refused for a message in it, which is counted and reported */
    GM_FATE_ORDER, /* refused: it has to come again, in order */
};

/* The segment is what nobody judged: judges it. */
static __always_inline enum gm_fate gm_judge_new(struct __sk_buff *skb, struct bpf_sock *sk,
                                                 struct gm_work *w, struct gm_flow *flow,
                                                 struct gm_segment *s, int strict, __u64 now)
{
    __u32 at = s->at, left = s->left;
    enum gm_taken taken;

    s->body = flow->body;
    s->have = flow->have;
    if (s->have && now - flow->began_ns > GM_HEADER_NS && strict) {
        flow->state = GM_FLOW_POISONED;
        return GM_FATE_ORDER;
    }
    taken = gm_take_all(skb, sk, w, s);
    switch (taken) {
    case GM_TAKEN_ALL:
        break;
    case GM_TAKEN_PART:
        if (!gm_keep_part(skb, sk, flow, s, now))
            return GM_FATE_ORDER;
        break;
    case GM_TAKEN_EARLY:
        gm_grow_impatient(flow, now, GM_EARLY_NS);
        return GM_FATE_JUDGED;
    case GM_TAKEN_REFUSED:
        flow->state = GM_FLOW_POISONED;
        return GM_FATE_JUDGED;
    case GM_TAKEN_FREE:
        flow->state = GM_FLOW_FREE;
        break;
    default: /* too many messages, or none that can be found */
        if (strict)
            return GM_FATE_ORDER;
        flow->state = GM_FLOW_LOST;
        s->body = 0;
        s->have = 0;
    }
    gm_settle(sk, flow, s);
    s->at = at;
    s->left = left;
    gm_remember(skb, w, flow, s);
    return GM_FATE_PASS;
}

/* A gap that is let through: the next start line is looked for. */
static __always_inline void gm_begin_anew(struct gm_flow *flow, __u32 from)
{
    flow->state = GM_FLOW_OPEN;
    flow->after = from;
    flow->pieces = 0;
    flow->body = 0;
    flow->have = 0;
}

/* Where the connection begins for us. One that is older than the guard has said what nobody knows
 * (H19). */
static __always_inline void gm_begin(struct gm_flow *flow, const struct gm_tcp *tcp, int strict)
{
    flow->state = tcp->fresh ? GM_FLOW_OPEN : strict ? GM_FLOW_POISONED : GM_FLOW_LOST;
    flow->after = tcp->rcv_nxt;
}

/* A segment with data that the receiver has not taken yet. `strict`: what does not fit is
 * refused. */
static __always_inline enum gm_fate gm_follow(struct __sk_buff *skb, struct bpf_sock *sk,
                                              struct gm_work *w, struct gm_flow *flow,
                                              const struct gm_tcp *tcp, struct gm_segment *s,
                                              int strict, __u64 now)
{
    __u32 from = tcp->sequence;
    enum gm_again again = GM_AGAIN_SAME;

    if (flow->state == GM_FLOW_NEW)
        gm_begin(flow, tcp, strict);
    if (flow->state == GM_FLOW_POISONED)
        return GM_FATE_ORDER;
    s->at = tcp->data;
    s->left = tcp->length;
    if (gm_is_behind(tcp->rcv_nxt, from)) {
        gm_advance(s, tcp->rcv_nxt - from);
        from = tcp->rcv_nxt;
    }
    gm_forget_pieces(flow, tcp->rcv_nxt);
    if (flow->state != GM_FLOW_LOST && from != flow->after)
        again = gm_compare(skb, w, flow, s, from);
    if (strict && again != GM_AGAIN_SAME) {
        if (again == GM_AGAIN_OTHER)
            flow->state = GM_FLOW_POISONED;
        else if (from == tcp->rcv_nxt)
            gm_grow_impatient(flow, now, GM_STALL_NS);
        return GM_FATE_ORDER;
    }
    if (flow->state == GM_FLOW_LOST || again != GM_AGAIN_SAME)
        gm_begin_anew(flow, from);
    return s->left ? gm_judge_new(skb, sk, w, flow, s, strict, now) : GM_FATE_PASS;
}

/* Refuses the segment as such. */
static __always_inline int gm_refuse_segment(struct gm_case *c, struct gm_work *w, int reason)
{
    w->sip.length = 0;
    gm_fails(c, reason);
    return gm_leave(c, w);
}

static __always_inline int gm_judge_segment(struct __sk_buff *skb, struct bpf_sock *sk,
                                            struct gm_case *c, struct gm_work *w,
                                            const struct gm_tcp *tcp, struct gm_segment *s)
{
    struct gm_flow *flow = bpf_sk_storage_get(&gm_flows, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
    int strict = c->listener && c->listener->role != GM_ROLE_UNNAMED &&
                 gm_mode_of(c->listener, GM_REASON_tcp_order) == GM_MODE_ENFORCE;
    enum gm_fate fate = GM_FATE_ORDER;

    if (flow && flow->state == GM_FLOW_FREE)
        return GM_ADMIT;
    if (flow && !__sync_val_compare_and_swap(&flow->busy, 0, 1)) {
        s->ours = flow->opened;
        fate = gm_follow(skb, sk, w, flow, tcp, s, strict, gm_now(c->settings));
        flow->busy = 0;
    }
    if (fate == GM_FATE_PASS || !c->listener)
        return GM_ADMIT;
    if (fate == GM_FATE_JUDGED)
        return GM_REFUSE;
    return gm_refuse_segment(c, w,
                             flow && flow->state == GM_FLOW_POISONED ? GM_REASON_tcp_poisoned
                                                                     : GM_REASON_tcp_order);
}

/* A connection that the P-CSCF opens begins with the answer to its SYN. */
static __always_inline void gm_note_ours(struct bpf_sock *sk, const struct gm_tcp *tcp)
{
    struct gm_flow *flow = bpf_sk_storage_get(&gm_flows, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

    if (!flow || flow->state != GM_FLOW_NEW)
        return;
    flow->opened = 1;
    flow->state = GM_FLOW_OPEN;
    flow->after = tcp->sequence;
}

/* A segment of a phone's connection. */
static __always_inline int gm_from_phone(struct __sk_buff *skb, struct bpf_sock *sk,
                                         struct gm_case *c, struct gm_work *w,
                                         const struct gm_tcp *tcp, struct gm_segment *s)
{
    if (c->listener->role == GM_ROLE_ELSEWHERE || c->listener->role == GM_ROLE_CORE)
        return gm_refuse_segment(c, w, GM_REASON_not_listener);
    if (c->listener->role == GM_ROLE_PROTECTED && c->listener->protection == GM_PROTECTION_ESP) {
        int reason = gm_check_way(skb, c, w, s->arrival != GM_ARRIVAL_UNKNOWN);

        if (reason && gm_refuse_segment(c, w, reason) == GM_REFUSE)
            return GM_REFUSE;
        s->way = gm_way_of(c);
    }
    if (sk->state == GM_TCP_SYN_SENT)
        gm_note_ours(sk, tcp);
    if (!tcp->length || (sk->state != GM_TCP_LISTEN && sk->state != GM_TCP_SYN_SENT &&
                         !gm_is_behind(tcp->sequence + tcp->length, tcp->rcv_nxt)))
        return GM_ADMIT;
    /* Data before the connection is there, which the peer sends again (RFC 7413), and data that one
     * reader sees and another does not (H6). */
    if (sk->state == GM_TCP_LISTEN || sk->state == GM_TCP_SYN_SENT)
        return gm_refuse_segment(c, w, GM_REASON_tcp_order);
    if (tcp->urgent && gm_refuse_segment(c, w, GM_REASON_ambiguous) == GM_REFUSE)
        return GM_REFUSE;
    return gm_judge_segment(skb, sk, c, w, tcp, s);
}

/* A segment of the core's, from the first that is seen whole. */
static __always_inline int gm_from_core(struct __sk_buff *skb, struct bpf_sock *sk,
                                        struct gm_case *c, struct gm_work *w,
                                        const struct gm_tcp *tcp, struct gm_segment *s)
{
    if (!tcp->length || !gm_is_behind(tcp->sequence + tcp->length, tcp->rcv_nxt))
        return GM_ADMIT;
    s->core = 1;
    c->listener = NULL;
    return gm_judge_segment(skb, sk, c, w, tcp, s);
}

/* Reads the packet to its data, and notes whose it is. A call of its own for its stack. */
static __noinline int gm_read_packet(struct __sk_buff *skb, struct gm_work *w, struct gm_tcp *tcp)
{
    struct gm_packet p = {};

    if (!w || !tcp || gm_parse_skb(skb, &p) != GM_PARSE_OK || p.protocol != IPPROTO_TCP ||
        !gm_read_tcp(skb, p.payload, tcp))
        return 0;
    gm_fill_packet(w, &p, skb->ifindex);
    return 1;
}

/* What is known of the segment before its data are looked at; 0: nothing to judge. */
static __always_inline int gm_arrive(struct __sk_buff *skb, struct bpf_sock *sk, struct gm_work *w,
                                     struct gm_arrived *a)
{
    struct bpf_tcp_sock *receiver = bpf_tcp_sock(sk);
    struct gm_segment none = {};

    a->segment = none;
    if (!receiver || !gm_read_packet(skb, w, &a->tcp))
        return 0;
    a->tcp.rcv_nxt = receiver->rcv_nxt;
    a->tcp.fresh = !receiver->bytes_received;
    return 1;
}

SEC("cgroup_skb/ingress")
int gm_stream(struct __sk_buff *skb)
{
    struct gm_case c = {.hook = GM_HOOK_INSIDE};
    struct bpf_sock *sk = skb->sk;
    struct gm_arrived *a;
    enum gm_arrival arrival;
    struct gm_work *w;

    if (!sk)
        return GM_ADMIT;
    sk = bpf_sk_fullsock(sk);
    if (!sk || sk->protocol != IPPROTO_TCP)
        return GM_ADMIT;
    c.settings = gm_settings_now();
    w = gm_room();
    a = gm_arrived_here();
    if (!c.settings || c.settings->schema != GM_SCHEMA || !w || !a || !gm_arrive(skb, sk, w, a))
        return GM_ADMIT;
    c.peer = gm_peer_of(c.settings, w->record.source);
    arrival = gm_arrival_of(skb);
    a->segment.arrival = arrival;
    a->segment.peer = c.peer;
    c.listener = gm_listener_at(w->record.destination, w->record.destination_port, GM_TCP, arrival);
    if (gm_is_phones(&c, arrival))
        return gm_from_phone(skb, sk, &c, w, &a->tcp, &a->segment);
    return c.peer == GM_PEER_CORE ? gm_from_core(skb, sk, &c, w, &a->tcp, &a->segment) : GM_ADMIT;
}

char gm_license[] SEC("license") = "Dual BSD/GPL";
