// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// gm_onward: gm_inside's counterpart on the way out (cgroup_skb egress), which sees the REGISTERs that
// the P-CSCF sends on to the core, and so the Via that an answer must come back with (H1). It refuses
// nothing. An object of its own, and so a room of its own: it runs in the sender's context, where a
// packet that arrives can interrupt it for gm_inside.

#include "binding.h"
#include "skb.h"
#include "tap.h"

SEC("cgroup_skb/egress")
int gm_onward(struct __sk_buff *skb)
{
    struct gm_case c = {.hook = GM_HOOK_ONWARD};
    struct gm_packet p = {};
    struct gm_work *w;

    if (gm_parse_skb(skb, &p) != GM_PARSE_OK || p.protocol != IPPROTO_UDP)
        return GM_ADMIT;
    c.settings = gm_settings_now();
    if (!c.settings || c.settings->schema != GM_SCHEMA ||
        gm_peer_of(c.settings, p.destination) != GM_PEER_CORE)
        return GM_ADMIT;
    w = gm_room();
    if (!w || !gm_copy_payload(skb, w, &p))
        return GM_ADMIT;
    if (gm_load8(w->text) != GM_WORD_REGISTER || w->text[8] != ' ')
        return GM_ADMIT;
    gm_fill_packet(skb, w, &p);
    gm_tap(&c, w, GM_TAP_CORE);
    return GM_ADMIT;
}

char gm_license[] SEC("license") = "Dual BSD/GPL";
