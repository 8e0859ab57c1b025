// SPDX-License-Identifier: BSD-2-Clause
// Packets that no capture has, as they would come from the wire.
#pragma once

#include "replay/frame.hpp"

#include <string_view>

namespace gmguard::replay {

// What fits into one, both families.
inline constexpr std::size_t kLargestPayload = 65507;

// One in UDP, from the Ethernet header on, checksums right. REQUIRES: both ends of one family, and
// that the payload fits.
[[nodiscard]] Bytes datagram(std::string_view payload, const Endpoint& from, const Endpoint& to);

// One segment of TCP, without a checksum, which nobody here looks at. REQUIRES: as above.
[[nodiscard]] Bytes segment(std::string_view data, const Endpoint& from, const Endpoint& to);

// What an IP header without options or extensions announces as `protocol`. REQUIRES: as above.
[[nodiscard]] Bytes packet(Address from, Address to, std::uint8_t protocol,
                           std::span<const std::uint8_t> transport);

} // namespace gmguard::replay
