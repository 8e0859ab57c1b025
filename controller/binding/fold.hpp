// SPDX-License-Identifier: BSD-2-Clause
// Hashes for SlotIndex. Not keyed: for addresses that nobody can choose many of.
#pragma once

#include "base/address.hpp"

#include <cstdint>

namespace gmguard::binding {

[[nodiscard]] inline std::uint32_t fold(uint128 value) {
    const auto mixed = static_cast<std::uint64_t>(value ^ value >> 64) * 0x9e3779b97f4a7c15U;
    return static_cast<std::uint32_t>(mixed >> 32);
}

// Of a selector, by its address and port.
[[nodiscard]] inline std::uint32_t fold(uint128 address, std::uint16_t port) {
    return fold(address ^ uint128{port} << 48);
}

} // namespace gmguard::binding
