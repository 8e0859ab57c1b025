// SPDX-License-Identifier: BSD-2-Clause
// One captured packet, and where its parts are.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/keys.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gmguard::replay {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint8_t kEsp = 50; // the protocol number (RFC 4303)

struct Frame {
    std::uint64_t number = 0;  // in its file, from 1
    std::uint64_t time_ns = 0; // of the capture, since 1970
    Bytes ethernet;            // as captured; other link types behind a made-up Ethernet header
};

struct Piece {
    std::uint32_t id = 0;
    std::size_t offset = 0; // bytes, of what follows the unfragmentable part
    bool more = false;
    std::size_t header = 0; // IPv6: where the fragment header is
    std::size_t link = 0;   // IPv6: where the next-header field is that names it
};

// Positions are offsets in `ethernet`. What a capture cut off is not there: lengths that headers
// promise are held to the bytes that are.
struct Layers {
    std::size_t network = 0;   // the IP header
    std::size_t transport = 0; // what follows it and its extension headers
    std::size_t end = 0;       // of the IP packet
    bool v6 = false;
    std::uint8_t protocol = 0;
    Address source, destination;
    std::optional<Piece> piece; // a fragment, an atomic one (RFC 6946) not included

    [[nodiscard]] bool later_piece() const { return piece && piece->offset != 0; }
};

struct Ports {
    std::uint16_t source = 0, destination = 0;
};

// Nothing where there is no IP header.
[[nodiscard]] std::optional<Layers> layers(std::span<const std::uint8_t> ethernet);

// Of UDP and TCP; nothing where they are not there.
[[nodiscard]] std::optional<Ports> ports(std::span<const std::uint8_t> ethernet, const Layers& at);

struct TcpHeader {
    std::uint32_t sequence = 0; // of its first byte of data: a SYN takes a number
    std::uint32_t acknowledged = 0;
    bool syn = false, ack = false;
    std::size_t data = 0, size = 0; // where its data are; what the capture cut off is not there
};

// Nothing where there is no whole TCP header.
[[nodiscard]] std::optional<TcpHeader> tcp_header(std::span<const std::uint8_t> ethernet,
                                                  const Layers& at);

// Whether sequence number `a` is behind `b` (RFC 9293 3.4).
[[nodiscard]] constexpr bool is_behind(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a - b) > 0;
}

// What UDP or TCP carries, as much as is there.
[[nodiscard]] std::string_view payload(std::span<const std::uint8_t> ethernet, const Layers& at);

} // namespace gmguard::replay
