// SPDX-License-Identifier: BSD-2-Clause
// A configuration as the values of the kernel's tables.
#pragma once

#include "config/config.hpp"
#include "kernel/hasher.hpp"
#include "kernel/objects.hpp"

#include <span>
#include <utility>
#include <vector>

namespace gmguard::kernel {

struct Tables {
    std::vector<std::pair<gm_listener_key, gm_listener>> listeners; // no key twice
    std::vector<std::pair<gm_prefix_key, gm_pool>> pools;
    std::vector<std::pair<gm_prefix_key, gm_peer>> peers; // a later entry replaces an earlier one
    gm_settings settings{}; // hash_key as given, tap_front 1 without a cgroup, times 0
};

// `hosts`: addresses of the guarded hosts themselves; they and loopback become GM_PEER_HOST, unless
// they are core peers. Ids of listeners are their places in the configuration, from 1.
[[nodiscard]] Tables tables(const config::Config& config, std::span<const Address> hosts,
                            const HashKey& key);

// Brings gm_listeners, gm_pools and gm_peers to these contents: new entries first, then what is no
// longer wanted goes, then gm_settings, so that no packet meets a table without its entry.
[[nodiscard]] Result<> fill(const Maps& maps, const Tables& tables);

// As random as the kernel can.
[[nodiscard]] Result<HashKey> random_key();

[[nodiscard]] gm_prefix_key prefix_key(const Prefix& prefix);

} // namespace gmguard::kernel
