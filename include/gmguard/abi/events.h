/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The one record of the four ring buffers: this head, then `length` bytes of the message.
 */
#ifndef GMGUARD_ABI_EVENTS_H
#define GMGUARD_ABI_EVENTS_H

#include "keys.h"

enum gm_hook { GM_HOOK_FRONT = 0, GM_HOOK_INSIDE = 1, GM_HOOK_ANSWERS = 2, GM_HOOK_ONWARD = 3 };

enum gm_verdict { GM_VERDICT_PASS = 0, GM_VERDICT_WOULD_DROP = 1, GM_VERDICT_DROP = 2 };

struct gm_record {
    __u32 schema; /* GM_SCHEMA */
    enum gm_hook hook;
    __u64 time_ns;
    gm_u128 source; /* where the phone is: behind a NAT, where its tunnel comes from (H24) */
    gm_u128 inner;  /* what the packet itself says; another one in a tunnel alone */
    gm_u128 destination;
    __u16 source_port;
    __u16 destination_port;
    enum gm_protocol protocol;
    __u32 ifindex;
    __u32 listener; /* its id, or 0 */
    enum gm_role role;
    enum gm_verdict verdict;
    enum gm_reason reason;
    __u32 suppressed; /* reports held back since the last one */
    __u64 holder;     /* subscriber bound to the selector, or 0 */
    __u32 full_length; /* of the message */
    __u32 length;      /* bytes that follow here */
};
GM_STATIC_ASSERT(sizeof(struct gm_record) == 112, "head of every ring record");

/* A drop report carries at most this much of the message; the taps carry all of it. */
#define GM_EVENT_BYTES 2048

#endif
