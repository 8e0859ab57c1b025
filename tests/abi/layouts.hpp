// SPDX-License-Identifier: BSD-2-Clause
// Every struct of gmguard/abi that a map or a ring holds, as the host's compiler lays it out. A
// field that is added there and not here fails the comparison, which counts them.
#pragma once

#include "abi/btf_layout.hpp"
#include "gmguard/abi/events.h"
#include "gmguard/abi/keys.h"
#include "gmguard/abi/settings.h"

namespace gmguard::abi {

#define GM_FIELD(type, name) {#name, offsetof(type, name), sizeof(type::name)}

inline std::vector<Layout> keys() {
    return {
        {"gm_listener_key",
         sizeof(gm_listener_key),
         {GM_FIELD(gm_listener_key, address), GM_FIELD(gm_listener_key, port),
          GM_FIELD(gm_listener_key, pad0), GM_FIELD(gm_listener_key, protocol),
          GM_FIELD(gm_listener_key, pad1)}},
        {"gm_prefix_key",
         sizeof(gm_prefix_key),
         {GM_FIELD(gm_prefix_key, prefixlen), GM_FIELD(gm_prefix_key, address)}},
        {"gm_selector",
         sizeof(gm_selector),
         {GM_FIELD(gm_selector, address), GM_FIELD(gm_selector, port), GM_FIELD(gm_selector, bits),
          GM_FIELD(gm_selector, pad0), GM_FIELD(gm_selector, pad1)}},
        {"gm_challenge_key",
         sizeof(gm_challenge_key),
         {GM_FIELD(gm_challenge_key, address), GM_FIELD(gm_challenge_key, nonce)}},
        {"gm_pinhole_key",
         sizeof(gm_pinhole_key),
         {GM_FIELD(gm_pinhole_key, address), GM_FIELD(gm_pinhole_key, call),
          GM_FIELD(gm_pinhole_key, port), GM_FIELD(gm_pinhole_key, pad0),
          GM_FIELD(gm_pinhole_key, pad1), GM_FIELD(gm_pinhole_key, pad2)}},
        {"gm_bucket_key",
         sizeof(gm_bucket_key),
         {GM_FIELD(gm_bucket_key, address), GM_FIELD(gm_bucket_key, user)}},
    };
}

inline std::vector<Layout> people() {
    return {
        {"gm_binding",
         sizeof(gm_binding),
         {GM_FIELD(gm_binding, user), GM_FIELD(gm_binding, identity),
          GM_FIELD(gm_binding, subscriber), GM_FIELD(gm_binding, expires_ns),
          GM_FIELD(gm_binding, last_seen_ns), GM_FIELD(gm_binding, state),
          GM_FIELD(gm_binding, client_port), GM_FIELD(gm_binding, server_port),
          GM_FIELD(gm_binding, selector), GM_FIELD(gm_binding, impi), GM_FIELD(gm_binding, impu)}},
        {"gm_owner",
         sizeof(gm_owner),
         {GM_FIELD(gm_owner, subscriber), GM_FIELD(gm_owner, expires_ns)}},
        {"gm_challenge",
         sizeof(gm_challenge),
         {GM_FIELD(gm_challenge, user), GM_FIELD(gm_challenge, expires_ns),
          GM_FIELD(gm_challenge, client_port), GM_FIELD(gm_challenge, server_port),
          GM_FIELD(gm_challenge, pad)}},
        {"gm_spi_key",
         sizeof(gm_spi_key),
         {GM_FIELD(gm_spi_key, address), GM_FIELD(gm_spi_key, spi), GM_FIELD(gm_spi_key, pad0),
          GM_FIELD(gm_spi_key, pad1)}},
        {"gm_spi",
         sizeof(gm_spi),
         {GM_FIELD(gm_spi, address), GM_FIELD(gm_spi, subscriber), GM_FIELD(gm_spi, expires_ns),
          GM_FIELD(gm_spi, state), GM_FIELD(gm_spi, bits), GM_FIELD(gm_spi, port)}},
        {"gm_probe",
         sizeof(gm_probe),
         {GM_FIELD(gm_probe, until_ns), GM_FIELD(gm_probe, left), GM_FIELD(gm_probe, pad)}},
        {"gm_flow_piece",
         sizeof(gm_flow_piece),
         {GM_FIELD(gm_flow_piece, end), GM_FIELD(gm_flow_piece, pad),
          GM_FIELD(gm_flow_piece, hash)}},
        {"gm_flow",
         sizeof(gm_flow),
         {GM_FIELD(gm_flow, busy), GM_FIELD(gm_flow, state), GM_FIELD(gm_flow, opened),
          GM_FIELD(gm_flow, after), GM_FIELD(gm_flow, body), GM_FIELD(gm_flow, have),
          GM_FIELD(gm_flow, first), GM_FIELD(gm_flow, pieces), GM_FIELD(gm_flow, from),
          GM_FIELD(gm_flow, pad), GM_FIELD(gm_flow, began_ns), GM_FIELD(gm_flow, refused_ns),
          GM_FIELD(gm_flow, piece)}},
        {"gm_bucket",
         sizeof(gm_bucket),
         {GM_FIELD(gm_bucket, tokens), GM_FIELD(gm_bucket, filled_ns)}},
    };
}

inline std::vector<Layout> network() {
    return {
        {"gm_listener",
         sizeof(gm_listener),
         {GM_FIELD(gm_listener, role), GM_FIELD(gm_listener, id), GM_FIELD(gm_listener, profile),
          GM_FIELD(gm_listener, protection), GM_FIELD(gm_listener, emergency),
          GM_FIELD(gm_listener, shared_interface), GM_FIELD(gm_listener, modes),
          GM_FIELD(gm_listener, name)}},
        {"gm_key_form",
         sizeof(gm_key_form),
         {GM_FIELD(gm_key_form, bits), GM_FIELD(gm_key_form, with_port)}},
        {"gm_pool",
         sizeof(gm_pool),
         {GM_FIELD(gm_pool, form), GM_FIELD(gm_pool, conflict), GM_FIELD(gm_pool, name)}},
        {"gm_iface_key",
         sizeof(gm_iface_key),
         {GM_FIELD(gm_iface_key, netns), GM_FIELD(gm_iface_key, ifindex)}},
        {"gm_iface", sizeof(gm_iface), {GM_FIELD(gm_iface, side), GM_FIELD(gm_iface, name)}},
    };
}

// The structs that the lists of checks and reasons make.
inline std::vector<Layout> listed() {
#define GM_LISTED_CHECK(number, name, text) GM_FIELD(gm_modes, name),
#define GM_LISTED_REASON(number, name, check, when, text) GM_FIELD(gm_reason_counts, name),
    return {
        {"gm_modes", sizeof(gm_modes), {GM_CHECKS(GM_LISTED_CHECK)}},
        {"gm_reason_counts",
         sizeof(gm_reason_counts),
         {GM_FIELD(gm_reason_counts, none), GM_REASONS(GM_LISTED_REASON)}},
    };
#undef GM_LISTED_CHECK
#undef GM_LISTED_REASON
}

inline std::vector<Layout> counts() {
    return {
        {"gm_hook_counts",
         sizeof(gm_hook_counts),
         {GM_FIELD(gm_hook_counts, packets), GM_FIELD(gm_hook_counts, would_drop)}},
        {"gm_counters",
         sizeof(gm_counters),
         {GM_FIELD(gm_counters, front), GM_FIELD(gm_counters, inside),
          GM_FIELD(gm_counters, answers)}},
        {"gm_losses",
         sizeof(gm_losses),
         {GM_FIELD(gm_losses, sip_clear), GM_FIELD(gm_losses, sip_inner),
          GM_FIELD(gm_losses, sip_core), GM_FIELD(gm_losses, events),
          GM_FIELD(gm_losses, suppressed), GM_FIELD(gm_losses, leaked_keys),
          GM_FIELD(gm_losses, told), GM_FIELD(gm_losses, window), GM_FIELD(gm_losses, left)}},
    };
}

inline std::vector<Layout> settings() {
    return {
        {"gm_rate", sizeof(gm_rate), {GM_FIELD(gm_rate, rate), GM_FIELD(gm_rate, burst)}},
        {"gm_home", sizeof(gm_home), {GM_FIELD(gm_home, size), GM_FIELD(gm_home, name)}},
        {"gm_settings",
         sizeof(gm_settings),
         {GM_FIELD(gm_settings, schema),      GM_FIELD(gm_settings, pools),
          GM_FIELD(gm_settings, peers),       GM_FIELD(gm_settings, grace_s),
          GM_FIELD(gm_settings, hash_key),    GM_FIELD(gm_settings, heartbeat_ns),
          GM_FIELD(gm_settings, since_ns),    GM_FIELD(gm_settings, clock_ns),
          GM_FIELD(gm_settings, key_v4),      GM_FIELD(gm_settings, key_v6),
          GM_FIELD(gm_settings, conflict),    GM_FIELD(gm_settings, homes),
          GM_FIELD(gm_settings, tap_front),   GM_FIELD(gm_settings, listeners),
          GM_FIELD(gm_settings, per_user),    GM_FIELD(gm_settings, per_source),
          GM_FIELD(gm_settings, known),       GM_FIELD(gm_settings, unknown),
          GM_FIELD(gm_settings, emergency),   GM_FIELD(gm_settings, fragments),
          GM_FIELD(gm_settings, connections), GM_FIELD(gm_settings, all_connections),
          GM_FIELD(gm_settings, events),      GM_FIELD(gm_settings, home)}},
    };
}

inline std::vector<Layout> records() {
    return {
        {"gm_record",
         sizeof(gm_record),
         {GM_FIELD(gm_record, schema), GM_FIELD(gm_record, hook), GM_FIELD(gm_record, time_ns),
          GM_FIELD(gm_record, source), GM_FIELD(gm_record, inner), GM_FIELD(gm_record, destination),
          GM_FIELD(gm_record, source_port), GM_FIELD(gm_record, destination_port),
          GM_FIELD(gm_record, protocol), GM_FIELD(gm_record, ifindex),
          GM_FIELD(gm_record, listener), GM_FIELD(gm_record, role), GM_FIELD(gm_record, verdict),
          GM_FIELD(gm_record, reason), GM_FIELD(gm_record, suppressed), GM_FIELD(gm_record, holder),
          GM_FIELD(gm_record, full_length), GM_FIELD(gm_record, length)}},
    };
}

#undef GM_FIELD

inline std::vector<Layout> all_layouts() {
    std::vector<Layout> all;
    for (const auto& part :
         {keys(), people(), network(), listed(), counts(), settings(), records()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace gmguard::abi
