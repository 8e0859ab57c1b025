/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * gm_settings: one entry, written by the controller, read by every program.
 */
#ifndef GMGUARD_ABI_SETTINGS_H
#define GMGUARD_ABI_SETTINGS_H

#include "keys.h"

/* A token bucket: `rate` messages a second, `burst` at once. Rate 0: no limit. */
struct gm_rate {
    __u32 rate;
    __u32 burst;
};

/* A home domain, in lower case, zeros behind it. */
struct gm_home {
    __u64 size;
    char name[GM_HOME_TEXT];
};

struct gm_settings {
    __u32 schema; /* GM_SCHEMA; anything else: the programs pass everything, unjudged */
    __u32 pools;  /* entries of gm_pools and of gm_peers: 0 saves the look-up */
    __u32 peers;
    __u32 grace_s; /* so long after a challenge unknown SPIs of its source pass; 0: they do not */
    __u64 hash_key[2]; /* of SipHash, random, made once for the life of the pinned maps */
    __u64 heartbeat_ns; /* last sign of life of the controller */
    __u64 since_ns; /* when the guard came to where it is: who spoke before is not known (H14) */
    __u64 clock_ns; /* not 0: the time it is (a replayed capture's); 0: CLOCK_MONOTONIC */
    struct gm_key_form key_v4; /* for sources in no pool */
    struct gm_key_form key_v6;
    enum gm_conflict conflict; /* the same */
    __u32 homes; /* home domains in use; 0: any domain is home */
    __u32 tap_front; /* 1: no gm_inside is attached, gm_front feeds gm_sip_clear itself */
    __u32 listeners; /* another number after every change of gm_listeners, so that what programs
                        remember of it is forgotten */
    struct gm_rate per_user; /* one source and user, REGISTERs */
    struct gm_rate per_source; /* all users of one source */
    struct gm_rate known; /* all sources and users that are bound: the reserve (H23) */
    struct gm_rate unknown; /* all others together */
    struct gm_rate emergency; /* emergency REGISTERs and calls in clear: nobody else's share */
    struct gm_rate fragments; /* all fragments to guarded addresses */
    struct gm_rate connections; /* TCP connections that one source opens */
    struct gm_rate all_connections; /* and all sources together */
    struct gm_rate events; /* drop reports: `burst` per CPU in 64 ticks; `rate` is not used */
    struct gm_home home[GM_HOMES];
};

#endif
