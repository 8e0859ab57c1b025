// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_onward: gm_inside's counterpart on the way out (cgroup_skb egress), which sees the REGISTERs
// that the P-CSCF sends on to the core, and so the Via that an answer must come back with (H1). It
// refuses nothing.

#include "binding.h"
#include "outgoing.h"
#include "tap.h"

/* It runs in the sending task. A preemptible kernel can take that off the CPU in the middle, for
 * another that sends: so each takes a room that is free. */
#define GM_SENDERS 4

struct gm_sender {
    __u32 taken;
    __u32 pad;
    struct gm_work work;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, GM_SENDERS);
    __type(key, __u32);
    __type(value, struct gm_sender);
} gm_senders SEC(".maps");

static __always_inline struct gm_sender *gm_take_room(void)
{
    struct gm_losses *losses;
    __u32 i;

    for (i = 0; i < GM_SENDERS; ++i) {
        __u32 number = i;
        struct gm_sender *sender = bpf_map_lookup_elem(&gm_senders, &number);

        if (sender && !__sync_lock_test_and_set(&sender->taken, 1))
            return sender;
    }
    losses = gm_losses_here();
    if (losses)
        losses->sip_core++;
    return NULL;
}

static __always_inline void gm_leave_room(struct gm_sender *sender)
{
    __sync_lock_test_and_set(&sender->taken, 0);
}

/* Sends the next message up, if it is a REGISTER. */
static long gm_tell_step(__u32 i, struct gm_sending *s)
{
    (void)i;
    if (!gm_next_outgoing(s->skb, s->w, s->o, GM_WORD_REGISTER))
        return 1;
    if (s->w->sip.kind == GM_KIND_REQUEST && gm_is_register(s->w, s->w->sip.method))
        gm_tap(s->c, s->w, GM_TAP_CORE);
    return 0;
}

static __always_inline void gm_tell(struct __sk_buff *skb, struct gm_case *c, struct gm_work *w,
                                    const struct gm_packet *p)
{
    struct gm_outgoing o = {};
    struct gm_sending sending = {.skb = skb, .c = c, .w = w, .o = &o};

    if (!gm_outgoing_of(skb, p, &o))
        return;
    gm_fill_packet(w, p, skb->ifindex);
    gm_loop(GM_OUTGOING_MESSAGES, gm_tell_step, &sending);
}

SEC("cgroup_skb/egress")
int gm_onward(struct __sk_buff *skb)
{
    struct gm_case c = {.hook = GM_HOOK_ONWARD};
    struct gm_packet p = {};
    struct gm_sender *sender;

    if (gm_parse_skb(skb, &p) != GM_PARSE_OK)
        return GM_ADMIT;
    c.settings = gm_settings_now();
    if (!c.settings || c.settings->schema != GM_SCHEMA ||
        gm_peer_of(c.settings, p.destination) != GM_PEER_CORE)
        return GM_ADMIT;
    sender = gm_take_room();
    if (!sender)
        return GM_ADMIT;
    gm_tell(skb, &c, &sender->work, &p);
    gm_leave_room(sender);
    return GM_ADMIT;
}

char gm_license[] SEC("license") = "Dual BSD/GPL";
