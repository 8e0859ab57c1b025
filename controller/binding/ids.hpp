// SPDX-License-Identifier: BSD-2-Clause
// The ids by which people and the admin interface name what the policy holds:
//   b_<slot>-<subscriber>  a binding      b_p<number>  a pending      b_s<number>  a shadow
// numbers in hexadecimal. Subscribers and numbers are never used again, so no id ever is.
#pragma once

#include "binding/slab.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gmguard::binding {

enum class IdKind : std::uint8_t { binding, pending, shadow };

struct Id {
    IdKind kind = IdKind::binding;
    Slot slot = kNoSlot;      // of a binding
    std::uint64_t number = 0; // of a binding: its subscriber

    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<Id> parse(std::string_view text);
    friend bool operator==(const Id&, const Id&) = default;
};

} // namespace gmguard::binding
