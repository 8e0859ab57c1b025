// SPDX-License-Identifier: BSD-2-Clause
// The algorithms of sec-agree (TS 33.203 Annex H) and what they are in the kernel: by which name,
// and with keys of how many bits (D.1; TS 33.203 Annex I).
#pragma once

#include "xfrm/sa.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace gmguard::xfrm {

enum class Role : std::uint8_t { integrity, encryption };

struct Known {
    Role role;
    std::string_view agreed; // in Security-Server: alg, ealg
    std::string_view kernel;
    std::array<std::uint32_t, 2> key_bits; // either will do
    std::uint32_t icv_bits;                // 0: none, or not told

    [[nodiscard]] bool has_key_of(std::uint32_t bits) const;
};

// nullptr: none of that name. "null" is none.
[[nodiscard]] const Known* known_as_agreed(Role role, std::string_view name);
[[nodiscard]] const Known* known_in_kernel(Role role, std::string_view name);

// What does that job in the SA: an algorithm of its own, or the AEAD. Without a name: nothing does.
[[nodiscard]] Algorithm installed(Role role, const Sa& sa);

} // namespace gmguard::xfrm
