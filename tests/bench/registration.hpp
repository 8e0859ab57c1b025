// SPDX-License-Identifier: BSD-2-Clause
// A whole registration of one phone as the guard's programs see it: eight messages.
#pragma once

#include "bench/bed.hpp"

#include <array>
#include <string>

namespace gmguard::bench {

// From the Ethernet header on, in the order of time.
struct Registration {
    Bytes clear;                    // REGISTER, phone to P-CSCF, unprotected port
    std::array<Bytes, 2> onward;    // REGISTER, P-CSCF to core: the first, the second
    std::array<Bytes, 2> from_core; // 401, 200
    std::array<Bytes, 2> to_phone;  // the same, P-CSCF to phone
    Bytes inner;                    // REGISTER with the response, protected port
};

[[nodiscard]] Registration registration(std::uint32_t n);

} // namespace gmguard::bench
