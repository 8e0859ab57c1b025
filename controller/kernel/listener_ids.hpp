// SPDX-License-Identifier: BSD-2-Clause
// The numbers of listeners. A number is the index of the listener's counters, so it belongs to the
// name: a listener keeps it wherever it stands in the file, over reloads and restarts, as long as
// it is in gm_listeners.
#pragma once

#include "config/config.hpp"
#include "kernel/objects.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace gmguard::kernel {

// By name; 1 to GM_LISTENERS-1, none twice.
using ListenerIds = std::map<std::string, std::uint32_t, std::less<>>;

// Their places in the configuration, from 1: for maps that hold no listener yet.
[[nodiscard]] ListenerIds ids_by_place(const config::Config& config);

// Those of the listeners in gm_listeners.
[[nodiscard]] Result<ListenerIds> ids_in(const Maps& maps);

// Those that the maps know keep their numbers. A new one gets a number that nobody has, or, where
// there is none left, that of a listener which is no longer configured.
[[nodiscard]] Result<ListenerIds> keep_ids(const Maps& maps, const config::Config& config);

[[nodiscard]] std::string name_of(const gm_listener& listener);
// The name that has this number; "": none.
[[nodiscard]] std::string name_of(const ListenerIds& ids, std::uint32_t id);

} // namespace gmguard::kernel
