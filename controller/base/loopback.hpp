// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/address.hpp"

namespace gmguard {

// 127.0.0.0/8 and ::1.
[[nodiscard]] constexpr bool is_loopback(Address address) {
    constexpr unsigned network = 127;
    return address.is_v4() ? ((address.value() >> 24) & 0xff) == network : address.value() == 1;
}

} // namespace gmguard
