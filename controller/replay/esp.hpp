// SPDX-License-Identifier: BSD-2-Clause
// ESP in a capture (RFC 4303), also in UDP (RFC 3948), and what it carries where that is not
// encrypted (RFC 2410, 4543): in transport mode UDP or TCP, in tunnel mode an IP packet with one of
// them.
//
// No capture has the keys, so integrity is not checked; and what is encrypted nothing says but the
// negotiation, if that was seen. Where it was not, what can be read as if it were in clear, down to
// the checksum of TCP or UDP, is.
#pragma once

#include "replay/frame.hpp"
#include "sip/message.hpp"

#include <cstdint>
#include <optional>

namespace gmguard::replay {

inline constexpr std::uint16_t kEspPort = 4500; // of ESP in UDP

struct EspPart {
    std::uint32_t spi = 0;
    std::size_t data = 0, end = 0; // behind the sequence number, to the end of the ICV
};

// Nothing where the packet is no ESP, or too short for SPI and sequence number. REQUIRES: no
// fragment.
[[nodiscard]] std::optional<EspPart> esp(std::span<const std::uint8_t> ethernet, const Layers& at);

// The packet as it is without ESP, from a made-up Ethernet header on; nothing where it is encrypted
// or no such packet. `negotiated`: what is known of its association.
[[nodiscard]] std::optional<Bytes>
open_esp(std::span<const std::uint8_t> ethernet, const Layers& at, const EspPart& part,
         const std::optional<sip::SecurityMechanism>& negotiated);

} // namespace gmguard::replay
