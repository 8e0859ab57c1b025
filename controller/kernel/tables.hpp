// SPDX-License-Identifier: BSD-2-Clause
// A configuration as the values of the kernel's tables.
#pragma once

#include "config/config.hpp"
#include "kernel/hasher.hpp"
#include "kernel/listener_ids.hpp"
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
// they are core peers. REQUIRES: `ids` has every listener of the configuration.
[[nodiscard]] Tables tables(const config::Config& config, std::span<const Address> hosts,
                            const HashKey& key, const ListenerIds& ids);
// The same with ids_by_place().
[[nodiscard]] Tables tables(const config::Config& config, std::span<const Address> hosts,
                            const HashKey& key);
// No selector may be contested, whatever the configuration says.
void be_strict(Tables& tables);

// Brings gm_listeners, gm_pools, gm_peers and gm_settings to these contents: put(), then
// erase_others(). What does not change is not touched.
[[nodiscard]] Result<> fill(const Maps& maps, const Tables& tables);
// Its first half: new entries, and others in the place of old ones; nothing is taken away yet, so
// that no packet meets a table without its entry.
[[nodiscard]] Result<> put(const Maps& maps, const Tables& tables);
[[nodiscard]] Result<> erase_others(const Maps& maps, const Tables& tables);

// The ports of these tables that no listener in the maps has, and nothing else: to be called before
// an interface is attached together with its listener, whose phones would have no listener else.
[[nodiscard]] Result<> add_ports(const Maps& maps, const Tables& tables);

// What programs remember of gm_listeners counts no more. To be called when something in it was
// changed, as all of the above do.
[[nodiscard]] Result<> forget_listeners(const Maps& maps);

// The writes that lead from one gm_settings to the other. Home domains may end up at other places
// than in `wanted`, with gaps between them.
[[nodiscard]] std::vector<gm_settings> steps_between(const gm_settings& before,
                                                     const gm_settings& wanted);

// As random as the kernel can.
[[nodiscard]] Result<HashKey> random_key();

[[nodiscard]] gm_prefix_key prefix_key(const Prefix& prefix);

} // namespace gmguard::kernel
