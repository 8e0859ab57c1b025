// SPDX-License-Identifier: BSD-2-Clause
// What a controller that starts finds in pinned maps.
#pragma once

#include "base/error.hpp"
#include "gmguard/abi/keys.h"

#include <functional>

namespace gmguard::binding {

// Calls `show` for every entry once: a million of them are read without a copy of them all.
template <typename K, typename V>
using Entries = std::function<Result<>(const std::function<void(const K&, const V&)>& show)>;

struct PinnedMaps {
    Entries<gm_selector, gm_binding> bindings;
    Entries<gm_u128, gm_owner> owners;
    Entries<gm_spi_key, gm_spi> spis;
};

} // namespace gmguard::binding
