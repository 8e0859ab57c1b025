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

// What UDP or TCP carries, as much as is there.
[[nodiscard]] std::string_view payload(std::span<const std::uint8_t> ethernet, const Layers& at);

} // namespace gmguard::replay
