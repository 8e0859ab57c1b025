// SPDX-License-Identifier: BSD-2-Clause
// A configuration as the values of the kernel's tables.
#pragma once

#include "config/config.hpp"
#include "kernel/objects.hpp"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace gmguard::kernel {

struct Tables {
    std::vector<std::pair<gm_listener_key, gm_listener>> listeners;
    std::vector<std::pair<gm_prefix_key, gm_pool>> pools;
    std::vector<std::pair<gm_prefix_key, gm_peer>> peers;
    gm_settings settings{}; // hash_key, heartbeat and clock as given
};

// `hosts`: addresses of the guarded hosts themselves; they and loopback become GM_PEER_HOST.
[[nodiscard]] Tables tables(const config::Config& config, const std::vector<Address>& hosts,
                            const std::array<std::uint64_t, 2>& hash_key);

// Brings gm_listeners, gm_pools and gm_peers to these contents: new entries first, then what is no
// longer wanted goes, then gm_settings, so that no packet meets a table without its entry.
[[nodiscard]] Result<> fill(const Maps& maps, const Tables& tables);

// As random as the kernel can.
[[nodiscard]] Result<std::array<std::uint64_t, 2>> random_key();

[[nodiscard]] gm_prefix_key prefix_key(const Prefix& prefix);

} // namespace gmguard::kernel
