/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The one door: every packet of a listener leaves a program through gm_leave(), which counts it
 * under its reason and reports it. Checks say what is wrong by gm_fails(); the mode decides.
 */
#ifndef GMGUARD_BPF_VERDICT_H
#define GMGUARD_BPF_VERDICT_H

#include "settings.h"

/* What a program has found out about the packet at hand. */
struct gm_case {
    const struct gm_settings *settings;
    const struct gm_listener *listener; /* NULL: no listener's packet */
    enum gm_hook hook;
    enum gm_peer peer;     /* whose the source is; 0: a phone's */
    enum gm_reason reason; /* the first that would drop it, or the one that does */
    enum gm_verdict verdict;
#ifdef GM_SEC_PATH
    __u32 opened; /* SPI of the association that it came through; 0: none */
#endif
};

static __always_inline int gm_is_ts33203(const struct gm_case *c)
{
    return c->listener->profile == GM_PROFILE_TS33203;
}

/* A power of two, so that a mask bounds the index for the verifier. */
#define GM_REASON_ROOM 64
_Static_assert(GM_REASON_COUNT <= GM_REASON_ROOM, "room for every reason");

#define GM_REASON_CHECK(number, name, check, when, text) [number] = GM_CHECK_##check,
static const __u8 gm_check_of[GM_REASON_ROOM] = {GM_REASONS(GM_REASON_CHECK)};
#undef GM_REASON_CHECK

static __always_inline enum gm_mode gm_mode_of(const struct gm_listener *l, __u32 reason)
{
    const enum gm_mode *modes = (const enum gm_mode *)&l->modes;
    __u32 check;

    GM_FORGET(reason);
    check = gm_check_of[reason & (GM_REASON_ROOM - 1)];
    GM_FORGET(check);
    return modes[check < GM_CHECK_COUNT ? check : 0];
}

/* Whether the packet is to be dropped for this reason now. In monitor it is noted, once. */
static __always_inline int gm_fails(struct gm_case *c, __u32 reason)
{
    enum gm_mode mode;

    if (!reason)
        return 0;
    mode = gm_mode_of(c->listener, reason);
    if (mode == GM_MODE_OFF)
        return 0;
    if (mode == GM_MODE_ENFORCE) {
        c->reason = reason;
        c->verdict = GM_VERDICT_DROP;
        return 1;
    }
    if (!c->reason) {
        c->reason = reason;
        c->verdict = GM_VERDICT_WOULD_DROP;
    }
    return 0;
}

static __always_inline void gm_count(const struct gm_case *c)
{
    __u32 id = c->listener ? c->listener->id : 0, reason = c->reason;
    struct gm_counters *counters = bpf_map_lookup_elem(&gm_counters, &id);
    struct gm_hook_counts *hook;
    __u64 *count;

    GM_FORGET(reason);
    if (!counters || reason >= GM_REASON_COUNT)
        return;
    hook = c->hook == GM_HOOK_FRONT    ? &counters->front
           : c->hook == GM_HOOK_INSIDE ? &counters->inside
                                       : &counters->answers;
    if (c->verdict == GM_VERDICT_WOULD_DROP) {
        count = (__u64 *)&hook->would_drop + reason;
        (*count)++;
        reason = GM_REASON_none;
        GM_FORGET(reason);
    }
    count = (__u64 *)&hook->packets + reason;
    (*count)++;
}

static __always_inline struct gm_losses *gm_losses_here(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&gm_losses, &zero);
}

/* Whether this drop may be reported: at most `events.burst` are, of a CPU in 64 ticks. *suppressed:
 * how many were not since the last report. */
static __always_inline int gm_may_report(const struct gm_settings *settings, __u32 *suppressed)
{
    struct gm_losses *here = gm_losses_here();
    __u64 window = bpf_jiffies64() >> 6;

    if (!here)
        return 0;
    if (here->window != window) {
        here->window = window;
        here->left = settings->events.burst;
    }
    if (!here->left) {
        here->suppressed++;
        return 0;
    }
    here->left--;
    *suppressed = here->suppressed - here->told;
    here->told = here->suppressed;
    return 1;
}

/* Sends the record in `w` with `size` bytes of its text to `ring`; 0 if the ring is full. */
static __always_inline int gm_send(void *ring, struct gm_work *w, __u32 size)
{
    __u64 total;

    w->record.length = size;
    total = sizeof(struct gm_record) + size;
    /* 6.1 with clang 16 and 19 loses the bound of `size` at the call. */
    GM_FORGET(total);
    if (total > sizeof(struct gm_record) + GM_SIP_MAX || total < sizeof(struct gm_record))
        return 0;
    return bpf_ringbuf_output(ring, &w->record, total, 0) == 0;
}

static __always_inline void gm_fill_verdict(struct gm_work *w, const struct gm_case *c)
{
    w->record.schema = GM_SCHEMA;
    w->record.hook = c->hook;
    /* To the nanosecond: the controller reads four rings in the order of these times, and a phone
     * may answer a challenge within one tick. */
    w->record.time_ns = c->settings->clock_ns ? c->settings->clock_ns : bpf_ktime_get_ns();
    w->record.listener = c->listener ? c->listener->id : 0;
    w->record.role = c->listener ? c->listener->role : GM_ROLE_ELSEWHERE;
    w->record.verdict = c->verdict;
    w->record.reason = c->reason;
    w->record.suppressed = 0;
}

/* Tells the controller of the drop, with the first bytes of the message, which must be in `w`. */
static __always_inline void gm_report(struct gm_work *w, const struct gm_case *c, __u32 suppressed)
{
    __u32 size = w->record.full_length;
    struct gm_losses *losses;

    gm_fill_verdict(w, c);
    w->record.suppressed = suppressed;
    if (size > GM_EVENT_BYTES)
        size = GM_EVENT_BYTES;
    if (gm_send(&gm_events, w, size))
        return;
    losses = gm_losses_here();
    if (losses)
        losses->events++;
}

#endif
