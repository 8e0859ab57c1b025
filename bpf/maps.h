/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Every map, once. "Controller" is gmguardd; nothing else writes from user space. The programs
 * share them, pinned under <pins>/maps by their names, but for gm_caps, of which each has its own.
 * Names have at most 15 characters. Where only the controller writes and few use all the room that
 * a subscriber may need, entries take memory when they come (BPF_F_NO_PREALLOC); it may fail then,
 * like a map that is full.
 */
#ifndef GMGUARD_BPF_MAPS_H
#define GMGUARD_BPF_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "gmguard/abi/settings.h"
#include "gmguard/proto/work.h"

/* What is guarded: (address, port, protocol), address 0 for any. The entry (address, 0, 0) marks
 * an address of which something is guarded. Written at start and on changes of mode; when full the
 * configuration is refused. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, struct gm_listener_key);
    __type(value, struct gm_listener);
} gm_listeners SEC(".maps");

/* Source prefix -> form of its key. When full the configuration is refused. */
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 1024);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct gm_prefix_key);
    __type(value, struct gm_pool);
} gm_pools SEC(".maps");

/* Core peers and the host's own addresses -> enum gm_peer. */
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 4096);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct gm_prefix_key);
    __type(value, enum gm_peer);
} gm_peers SEC(".maps");

/* Interface -> which side arrives there. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 256);
    __type(key, struct gm_iface_key);
    __type(value, struct gm_iface);
} gm_ifaces SEC(".maps");

/* Selector -> who is bound to it. Written by the controller at the 200; last_seen_ns by gm_inside,
 * at a message on a protected port. No LRU: a bound subscriber is never evicted; when full, the
 * newcomer stays unbound and is refused where identities are judged. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 100000);
    __type(key, struct gm_selector);
    __type(value, struct gm_binding);
} gm_bindings SEC(".maps");

/* Identity -> the subscriber that has it; (identity, subscriber) of those that have it beside him.
 * Written with the binding; when full the identity is refused to its subscriber. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 400000);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, gm_u128);
    __type(value, struct gm_owner);
} gm_owners SEC(".maps");

/* (source, nonce) -> the challenge that was sent. LRU: an attacker's challenges can push out
 * others; what is lost is only that a failure REGISTER of that moment is matched. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct gm_challenge_key);
    __type(value, struct gm_challenge);
} gm_challenges SEC(".maps");

/* (P-CSCF, SPI) -> the source that may use it, and whose it is. Written by the controller; when
 * full the association is refused. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 400000);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct gm_spi_key);
    __type(value, struct gm_spi);
} gm_spis SEC(".maps");

/* Source that was challenged -> until when unknown SPIs of it pass. Written by gm_answers and
 * gm_inside. LRU: who is pushed out waits for the controller. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, gm_u128);
    __type(value, __u64);
} gm_graces SEC(".maps");

/* (source, Call-ID) of an emergency call in clear -> until when its messages pass. Written by
 * gm_front and gm_inside. LRU: the oldest call is forgotten, its next message in clear is refused.
 */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct gm_pinhole_key);
    __type(value, __u64);
} gm_pinholes SEC(".maps");

/* Subscriber -> that he was asked, within a contest, whether he is there: his answers are told. An
 * entry lives as long as the controller waits; when full he is not asked. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u64);
    __type(value, struct gm_probe);
} gm_probes SEC(".maps");

/* How far each TCP connection of the P-CSCF has been judged, at its socket. Written by gm_stream;
 * where it cannot be had, the segment is refused and comes again. */
struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct gm_flow);
} gm_flows SEC(".maps");

/* The room of a message whose header section came in pieces, at the socket that it came to. */
struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct gm_work);
} gm_flow_text SEC(".maps");

/* Token buckets by (source, user), written by gm_front and, those of TCP, by gm_stream. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct gm_bucket_key);
    __type(value, struct gm_bucket);
} gm_buckets SEC(".maps");

/* The caps over all sources; each program that meters has its own. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 5);
    __type(key, __u32);
    __type(value, struct gm_bucket);
} gm_caps SEC(".maps");

/* Verdicts by listener; written by the programs, read by the controller, never reset. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, GM_LISTENERS);
    __type(key, __u32);
    __type(value, struct gm_counters);
} gm_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct gm_losses);
} gm_losses SEC(".maps");

/* One entry, written by the controller. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct gm_settings);
} gm_settings SEC(".maps");

/* The taps, apart so that none can crowd out another (H4), and the drop reports. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 << 20);
} gm_sip_clear SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 << 20);
} gm_sip_inner SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 << 20);
} gm_sip_core SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 << 20);
} gm_events SEC(".maps");

#endif
