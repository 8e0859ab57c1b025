// SPDX-License-Identifier: BSD-2-Clause
// The numbers of the policy: times, and how much it keeps, each with what happens beyond.
#pragma once

#include "gmguard/abi/keys.h"

#include <cstddef>
#include <cstdint>

namespace gmguard::binding {

inline constexpr std::uint64_t kSecond = 1'000'000'000;

struct Rules {
    gm_profile profile = GM_PROFILE_ANNEX_D;
    bool believes_core = true;                           // core peers are configured
    std::uint64_t answer_timeout_ns = 32 * kSecond;      // 64*T1 (RFC 3261 17.1.2.2)
    std::uint64_t registration_timer_ns = 240 * kSecond; // reg-await-auth (24.229 table 7.8.1)
    std::uint64_t margin_ns = 30 * kSecond;              // beyond the granted expiry
    std::uint64_t grace_ns = 128 * kSecond;    // of the old selector, once the new one is used
    std::uint64_t cooldown_ns = 128 * kSecond; // after a removal
    std::uint32_t default_expires_s = 3600;    // where neither answer nor request says
    // The subscriber number of the first binding. Numbers are not used again while the maps live:
    // adopt() goes on after the highest it sees.
    std::uint64_t first_subscriber = 1;

    std::size_t bindings = 100'000;   // entries of gm_bindings; full: doubt table_full
    std::size_t adopted = 50'000;     // of these, adopted ones; more: not adopted
    std::size_t identities = 400'000; // entries of gm_owners; full: doubt table_full
    // Of each kind (clear, protected); full: the oldest is forgotten, its answer changes nothing.
    std::size_t transactions = 131'072;
    std::size_t open_per_selector = 32; // protected ones; more: doubt too_many_open
    std::size_t challenges = 65'536;    // full: the oldest is forgotten
    std::size_t spis = 400'000;         // entries of gm_spis; full: an association stays unknown
    std::size_t contests = 4'096; // holders that are probed; full: the others keep what they have
    std::size_t shadows = 4'096;  // full: only the notice of the conflict remains

    // Whether an answer that leaves to a phone can mean anything: where the core is believed, only
    // a 401 does.
    [[nodiscard]] bool minds_leaving(int status) const {
        return believes_core ? status == 401 : status >= 200;
    }
};

} // namespace gmguard::binding
