/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Keys and values of the pinned maps. Ports are host order, addresses and hashes gm_u128, times
 * nanoseconds of CLOCK_MONOTONIC, 0 meaning "never". Text is NUL-terminated printable ASCII.
 * Padding is named and zero. Who writes, who reads and what happens when a map is full stands at
 * the map, in bpf/maps.h.
 */
#ifndef GMGUARD_ABI_KEYS_H
#define GMGUARD_ABI_KEYS_H

#include "checks.h"
#include "limits.h"
#include "reasons.h"
#include "types.h"

enum gm_protocol { GM_TCP = 6, GM_UDP = 17 };

enum gm_role {
    GM_ROLE_ELSEWHERE = 0,   /* the port is guarded, but not at this address (H8) */
    GM_ROLE_UNPROTECTED = 1, /* takes the three REGISTERs of D.1 4 */
    GM_ROLE_PROTECTED = 2,   /* takes what came through a security association */
    GM_ROLE_CORE = 3,        /* the P-CSCF's Mw side: nothing from Gm may reach it (H8) */
    GM_ROLE_UNNAMED = 4,     /* no listener has the port: takes what is no SIP (H8) */
};

enum gm_profile { GM_PROFILE_ANNEX_D = 0, GM_PROFILE_TS33203 = 1 };

/* What happens on a selector that is another user's (selector_unique). */
enum gm_conflict {
    GM_CONFLICT_STRICT = 0,  /* the newcomer's REGISTER is refused */
    GM_CONFLICT_CONTEST = 1, /* he may authenticate; the holder stays if he answers */
};

enum gm_protection {
    GM_PROTECTION_ESP = 0, /* IPsec ends on this host: clear packets are refused */
    GM_PROTECTION_TERMINATED = 1, /* IPsec ends before this host: messages arrive in clear and are
                                     judged like decrypted ones */
};

/* Emergency calls at the unprotected port (TS 24.229 5.1.6, 5.2.10). */
enum gm_emergency {
    GM_EMERGENCY_DENY = 0, /* no more than any other REGISTER or call */
    GM_EMERGENCY_REGISTERED = 1, /* REGISTERs for them, whoever holds the selector */
    GM_EMERGENCY_ALLOW = 2, /* and calls of whoever is not registered */
};

/* gm_listeners. Looked up by (address, port, protocol), then with address 0: a listener on every
 * address, or, with GM_ROLE_ELSEWHERE, the mark that other addresses listen on this port. The entry
 * (address, 0, 0), or (0, 0, 0) for a listener on every address, marks that something is guarded
 * there: fragments and packets that cannot be read to their ports are judged by it. (0, 0, GM_UDP)
 * is the mark of all sockets that no listener names, whatever their protocol.
 */
struct gm_listener_key {
    gm_u128 address;
    __u16 port;
    __u16 pad0;
    enum gm_protocol protocol;
    __u64 pad1;
};
GM_STATIC_ASSERT(sizeof(struct gm_listener_key) == 32, "key of gm_listeners");

struct gm_listener {
    enum gm_role role;
    __u32 id; /* 1 .. GM_LISTENERS-1, index of gm_counters */
    enum gm_profile profile;
    enum gm_protection protection;
    enum gm_emergency emergency;
    __u32 shared_interface; /* 1: core peers come by this interface too and are exempt (H15) */
    struct gm_modes modes;
    char name[GM_NAME_TEXT];
};

/* How much of a source is its key: the first `bits` of 128 (an IPv4 address counts from bit 96),
 * and its port or not. The seed's `address` is {128, 0}, its `pair` {128, 1}, its `prefix`
 * {64, 0}. */
struct gm_key_form {
    __u32 bits;
    __u32 with_port;
};

/* Key of the LPM tries gm_pools and gm_peers; address in network order, IPv4 mapped. */
struct gm_prefix_key {
    __u32 prefixlen; /* 0 .. 128 */
    __u8 address[16];
};
GM_STATIC_ASSERT(sizeof(struct gm_prefix_key) == 20, "key of the LPM tries");

struct gm_pool {
    struct gm_key_form form;
    enum gm_conflict conflict;
    char name[GM_NAME_TEXT];
};

enum gm_peer { GM_PEER_CORE = 1, GM_PEER_HOST = 2 };

/* gm_ifaces: the interfaces by which packets arrive. What comes by others to a listener's own
 * address is judged too, but for the loopback's and the core's. An ifindex is one only in its
 * network namespace, whose number is its inode in nsfs. */
struct gm_iface_key {
    __u32 netns;
    __u32 ifindex;
};
enum gm_side {
    GM_SIDE_GM = 1,
    GM_SIDE_CORE = 2,
    GM_SIDE_FREE = 3, /* detached by the operator: nobody's concern */
};
struct gm_iface {
    enum gm_side side;
    char name[GM_NAME_TEXT];
};

/* gm_bindings: the selector is the key. A phone that was given a port of its own to be sent to has
 * two entries that differ in nothing but the key (profile ts33203). */
struct gm_selector {
    gm_u128 address; /* masked to `bits` */
    __u16 port; /* 0 where the port does not count */
    __u16 bits; /* of 128 */
    __u32 pad0;
    __u64 pad1;
};
GM_STATIC_ASSERT(sizeof(struct gm_selector) == 32, "key of gm_bindings");

enum gm_binding_state {
    GM_STATE_PENDING = 1, /* challenged; excludes nobody; controller only */
    GM_STATE_BOUND = 2, /* authenticated, exclusive */
    GM_STATE_SHADOW = 3, /* lost against another user (H16); controller only */
    GM_STATE_ADOPTED = 4, /* was there when the guard came, identity unknown (H14) */
    GM_STATE_COOLDOWN = 5, /* removed; its last messages pass, others may bind */
    GM_STATE_LAPSED = 6, /* its associations are gone for long (H21); the same */
};

struct gm_binding {
    gm_u128 user; /* hash of the IMPI */
    gm_u128 identity; /* hash of the default IMPU, as in gm_owners: most messages claim it, and
                         need no second look-up; 0: it is not known */
    __u64 subscriber; /* number of this subscriber, not reused while the maps live */
    __u64 expires_ns; /* the kernel ends the binding then, with or without the controller */
    __u64 last_seen_ns; /* of a message on a protected port, written by gm_inside */
    enum gm_binding_state state;
    __u16 client_port; /* the phone's own, negotiated with its associations (TS 33.203 7.1): */
    __u16 server_port; /* it sends from the one and is sent to the other; 0: none was */
    char selector[GM_SELECTOR_TEXT];
    char impi[GM_IDENTITY_TEXT];
    char impu[GM_IDENTITY_TEXT]; /* the default IMPU */
};
GM_STATIC_ASSERT(sizeof(struct gm_binding) == 224, "value of gm_bindings");

/* gm_owners: hash of an identity -> the subscriber that has it; of several the oldest, those that
 * hold it live before others. Each of the others has an entry too, whose key is
 * gm_beside_owner(). */
struct gm_owner {
    __u64 subscriber;
    __u64 expires_ns; /* of his binding, until when nobody else is the owner; GM_OWNER_OVER: he has
                         it and keeps it from nobody (in cooldown, lapsed); GM_OWNER_BESIDE: he has
                         it beside its owner */
};
#define GM_OWNER_OVER 1
#define GM_OWNER_BESIDE 2

/* The key of a subscriber who has an identity beside its owner; of such a key, the identity. Keys
 * are hashes that nobody can choose: it is no other identity's. */
static inline __attribute__((always_inline)) gm_u128 gm_beside_owner(gm_u128 key, __u64 subscriber)
{
    return key ^ subscriber;
}

/* gm_challenges: a nonce that a source was sent. */
struct gm_challenge_key {
    gm_u128 address; /* of the source, masked as its pool says, without port */
    gm_u128 nonce; /* hash of the nonce, as written between the quotes */
};
struct gm_challenge {
    gm_u128 user; /* hash of the IMPI that was challenged */
    __u64 expires_ns;
    __u16 client_port; /* that its Security-Client names; 0: it named none */
    __u16 server_port;
    __u32 pad;
};

/* gm_spis: the inbound security associations of the P-CSCF (D.1, 3; H3), by what the kernel finds
 * them by: destination and SPI (RFC 4301 4.1). */
struct gm_spi_key {
    gm_u128 address; /* the P-CSCF's */
    __u32 spi;
    __u32 pad0;
    __u64 pad1;
};
GM_STATIC_ASSERT(sizeof(struct gm_spi_key) == 32, "key of gm_spis");

enum gm_spi_state {
    GM_SPI_OFFERED = 1, /* in Security-Server of a 401; XFRM has not told of it */
    GM_SPI_INSTALLED = 2, /* the P-CSCF has the association (XFRM) */
    GM_SPI_REFUSED = 3, /* its port is another subscriber's (H3): nothing passes */
};

struct gm_spi {
    gm_u128 address; /* of the source, its first `bits`: a prefix where its pool says so (3) */
    __u64 subscriber; /* whose it is; 0: nobody's yet, a REGISTER may come by it */
    __u64 expires_ns; /* 0: with its association */
    enum gm_spi_state state;
    __u16 bits;
    __u16 port; /* the phone's that the association is for; 0: any */
};
GM_STATIC_ASSERT(sizeof(struct gm_spi) == 48, "value of gm_spis");

/* gm_flows: how far a TCP connection of the P-CSCF has been judged, kept at its socket. Sequence
 * numbers are host order; times nanoseconds of CLOCK_MONOTONIC, 0: none. */
enum gm_flow_state {
    GM_FLOW_NEW = 0,
    GM_FLOW_OPEN = 1, /* every byte up to `after` was judged */
    GM_FLOW_LOST = 2, /* a gap was let through (monitor, the core's); until a start line */
    GM_FLOW_POISONED = 3, /* carried a refused message: nothing more passes */
    GM_FLOW_FREE = 4, /* no SIP, on a port that no listener has: nobody's concern */
};

/* Bytes that were judged and let through, one after the other, until the receiver has them. */
struct gm_flow_piece {
    __u32 end; /* sequence number behind it */
    __u32 pad;
    __u64 hash;
};

struct gm_flow {
    __u32 busy; /* 1: a segment of it is being judged, on another CPU */
    enum gm_flow_state state;
    __u32 opened; /* 1: the P-CSCF opened the connection */
    __u32 after; /* the next byte that nobody judged */
    __u32 body; /* bytes of a message's body that are still to come */
    __u32 have; /* bytes of an unfinished header section, kept in gm_flow_text */
    __u32 first; /* index of the oldest piece */
    __u32 pieces; /* how many there are */
    __u32 from; /* where the oldest begins */
    __u32 pad;
    __u64 began_ns; /* when the unfinished header section began */
    __u64 refused_ns; /* since when the segment that the receiver waits for is refused */
    struct gm_flow_piece piece[GM_FLOW_PIECES];
};

/* gm_buckets: users 0 to 2 are buckets of the whole source: its REGISTERs by UDP, those by TCP, its
 * TCP connections. A user who comes by TCP has the complement of the hash. */
struct gm_bucket_key {
    gm_u128 address; /* of the source, masked as its pool says, without port */
    gm_u128 user;
};
struct gm_bucket {
    __u64 tokens; /* thousandths of a message */
    __u64 filled_ns;
};

/* gm_pinholes: an emergency call that began in clear, until when its messages pass. Call 0: there
 * is one from this source. */
struct gm_pinhole_key {
    gm_u128 address; /* of the source, whole */
    gm_u128 call; /* hash of the Call-ID */
    __u16 port;
    __u16 pad0;
    __u32 pad1;
    __u64 pad2;
};
GM_STATIC_ASSERT(sizeof(struct gm_pinhole_key) == 48, "key of gm_pinholes");

/* gm_probes: a subscriber who was asked whether he is there. */
struct gm_probe {
    __u64 until_ns; /* answers that come later are not told */
    __u32 left; /* answers that are told yet; whatever else he answers meanwhile counts too */
    __u32 pad;
};

/* gm_counters: per listener; index 0 for packets of no listener. */
struct gm_hook_counts {
    struct gm_reason_counts packets; /* "none": passed; else dropped by that reason */
    struct gm_reason_counts would_drop;
};
struct gm_counters {
    struct gm_hook_counts front;
    struct gm_hook_counts inside;
    struct gm_hook_counts answers;
};

/* gm_losses: what did not reach the controller, and what must never leave. */
struct gm_losses {
    __u64 sip_clear; /* REGISTERs in clear, ring full */
    __u64 sip_inner; /* REGISTERs on protected ports, ring full */
    __u64 sip_core; /* answers, ring full */
    __u64 events; /* drop reports, ring full */
    __u64 suppressed; /* drop reports over the rate of events */
    __u64 leaked_keys; /* 401s that left with ck= or ik= in them */
    /* The rate of reports, of one CPU; sums mean nothing. */
    __u64 told; /* of `suppressed`: those that a report has told of */
    __u64 window; /* of 64 ticks, in which reports are counted */
    __u64 left; /* that may yet be sent in it */
};

#endif
