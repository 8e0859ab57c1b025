/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Why a packet is dropped (or, in monitor, would be). Append-only and public: the one source of
 * the counters, events, JSON, metric labels and documentation. A retired reason keeps its number.
 *
 * X(number, name, check, when, text)
 *   check  the check (checks.h) whose mode decides what the reason does
 *   when   what happens where the guard cannot know, because the controller is gone or a map is
 *          full: CLOSED, the packet is dropped; OPEN, it passes; ALWAYS, the packet alone tells
 */
#ifndef GMGUARD_ABI_REASONS_H
#define GMGUARD_ABI_REASONS_H

#include "types.h"

#define GM_REASONS(X)                                                                              \
    X(1, malformed, unambiguous, ALWAYS, "a required part is missing or breaks its grammar")       \
    X(2, ambiguous, unambiguous, ALWAYS, "two readings are possible, so none is taken")            \
    X(3, oversize, unambiguous, ALWAYS, "longer than the message that is judged whole")            \
    X(4, too_deep, unambiguous, ALWAYS, "more VLAN tags or extension headers than are followed")   \
    X(5, fragment, unambiguous, ALWAYS, "a fragment that can belong to no judged datagram")        \
    X(6, not_sip, only_register, ALWAYS, "no SIP message")                                         \
    X(7, not_register, only_register, ALWAYS, "another method, or a response, in clear")           \
    X(8, keepalive, only_register, ALWAYS, "a keep-alive: empty, CRLF or STUN")                    \
    X(9, clear_response, only_register, ALWAYS, "answers a challenge in clear")                    \
    X(10, other_scheme, only_register, ALWAYS, "Authorization of a scheme other than Digest")      \
    X(11, forged_parameter, unambiguous, ALWAYS, "a parameter that only the P-CSCF may add")       \
    X(12, unmatched_failure, failure_matches_challenge, CLOSED,                                    \
      "a failure REGISTER whose nonce this source was not sent")                                   \
    X(13, contact_mismatch, contact_source, ALWAYS, "Contact is not where the packet comes from")  \
    X(14, forged_answer, side, ALWAYS, "a REGISTER's answer or a reg event, from a phone")         \
    X(15, foreign_domain, home_domain, ALWAYS, "no home domain, or a route of its own")            \
    X(16, not_listener, side, ALWAYS, "from Gm to an address that is no Gm listener")              \
    X(17, spoofed_source, side, ALWAYS, "from Gm with the address of the core or of this host")    \
    X(18, selector_taken, selector_unique, OPEN, "the selector is bound to another user")          \
    X(19, user_mismatch, same_user, OPEN, "another user ID than the bound one")                    \
    X(20, unregistered, identity_bound, CLOSED, "no binding for this selector")                    \
    X(21, identity_not_bound, identity_bound, CLOSED, "an identity that is not this selector's")   \
    X(22, clear_on_protected, clear_on_protected, ALWAYS, "in clear to a protected port")          \
    X(23, esp_unknown_spi, esp_source, CLOSED, "ESP with an SPI that nobody was given")            \
    X(24, esp_wrong_source, esp_source, CLOSED, "ESP from another source than the SPI's")          \
    X(25, tcp_order, unambiguous, ALWAYS, "a TCP segment the receiver is not waiting for")         \
    X(26, tcp_poisoned, unambiguous, ALWAYS, "a TCP connection that carried a refused message")    \
    X(27, rate_limited, limits, OPEN, "over the rate of its source and user, or of all")           \
    X(28, blocked, limits, OPEN, "on the block list")

#define GM_REASON_ENUM(number, name, check, when, text) GM_REASON_##name = number,
enum gm_reason { GM_REASON_none = 0, GM_REASONS(GM_REASON_ENUM) GM_REASON_COUNT };
#undef GM_REASON_ENUM

/* One named counter per reason, in the order of enum gm_reason, "none" (passed) first. */
#define GM_REASON_FIELD(number, name, check, when, text) __u64 name;
struct gm_reason_counts {
    __u64 none;
    GM_REASONS(GM_REASON_FIELD)
};
#undef GM_REASON_FIELD
GM_STATIC_ASSERT(sizeof(struct gm_reason_counts) == 8 * GM_REASON_COUNT,
                 "gm_reason_counts is an array of counters");

#endif
