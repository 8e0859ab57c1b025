/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The checks, each with a mode per listener. Numbers are public and never reused.
 */
#ifndef GMGUARD_ABI_CHECKS_H
#define GMGUARD_ABI_CHECKS_H

#include "types.h"

enum gm_mode {
    GM_MODE_OFF = 0,     /* not looked at */
    GM_MODE_MONITOR = 1, /* counted and reported as would_drop, passes */
    GM_MODE_ENFORCE = 2, /* dropped */
};

/* X(number, name, what it holds a message to) */
#define GM_CHECKS(X)                                                                               \
    X(0, only_register, "only the allowed REGISTERs come to the unprotected port (D.1 4)")         \
    X(1, contact_source, "Contact is where the packet comes from (2.2, 4, D.1)")                   \
    X(2, selector_unique, "one subscriber per selector (1, 2.3, 3, 4)")                            \
    X(3, same_user, "a REGISTER from a bound selector bears the bound user ID (D.1)")              \
    X(4, identity_bound, "the identities in a message are bound to its selector (D.1)")            \
    X(5, home_domain, "a REGISTER goes to a home domain, by no route of its own")                  \
    X(6, clear_on_protected, "protected ports take nothing in clear (D.1 1)")                      \
    X(7, esp_source, "an SPI is used by the source it belongs to (2.2, 3)")                        \
    X(8, failure_matches_challenge, "a failure REGISTER carries a nonce its source was sent")      \
    X(9, unambiguous, "a message has one canonical reading")                                       \
    X(10, limits, "rates per source and user, under global caps")                                  \
    X(11, side, "what only the core or the host may say does not come from Gm")

#define GM_CHECK_ENUM(number, name, text) GM_CHECK_##name = number,
enum gm_check { GM_CHECKS(GM_CHECK_ENUM) GM_CHECK_COUNT };
#undef GM_CHECK_ENUM

/* One named mode per check, in the order of enum gm_check: readable in a map dump, and an array of
 * GM_CHECK_COUNT modes to code. */
#define GM_CHECK_FIELD(number, name, text) enum gm_mode name;
struct gm_modes {
    GM_CHECKS(GM_CHECK_FIELD)
};
#undef GM_CHECK_FIELD
GM_STATIC_ASSERT(sizeof(struct gm_modes) == 4 * GM_CHECK_COUNT, "gm_modes is an array of modes");

#endif
