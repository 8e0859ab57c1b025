// SPDX-License-Identifier: BSD-2-Clause
// Pinned maps out of containers of pairs, for Policy::adopt().
#pragma once

#include "binding/pinned.hpp"

namespace gmguard::binding {

// The container outlives what is returned.
template <typename Container> auto entries_of(const Container& entries) {
    return [&entries](const auto& show) -> Result<> {
        for (const auto& [key, value] : entries)
            show(key, value);
        return {};
    };
}

inline constexpr auto no_entries = [](const auto&) -> Result<> { return {}; };

} // namespace gmguard::binding
