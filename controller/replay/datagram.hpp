// SPDX-License-Identifier: BSD-2-Clause
// A UDP datagram as it would come from the wire.
#pragma once

#include "replay/frame.hpp"

#include <string_view>

namespace gmguard::replay {

// What fits into one, both families.
inline constexpr std::size_t kLargestPayload = 65507;

// From the Ethernet header on, checksums right. REQUIRES: both ends of one family, and that the
// payload fits.
[[nodiscard]] Bytes datagram(std::string_view payload, const Endpoint& from, const Endpoint& to);

} // namespace gmguard::replay
