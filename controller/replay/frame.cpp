// SPDX-License-Identifier: BSD-2-Clause
#include "replay/frame.hpp"

#include <algorithm>

namespace gmguard::replay {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t kEthernet = 14;
constexpr std::uint16_t kTypeV4 = 0x0800, kTypeV6 = 0x86dd, kTagC = 0x8100, kTagS = 0x88a8;
// More than the programs follow, so that what they refuse as too_deep still has its addresses here.
constexpr unsigned kMostTags = 8, kMostExtensions = 32;

constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51,
                       kDestination = 60, kMobility = 135;

std::uint16_t get16(View bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t get32(View bytes, std::size_t at) {
    return static_cast<std::uint32_t>(get16(bytes, at)) << 16 | get16(bytes, at + 2);
}

struct Network {
    std::size_t at;
    std::uint16_t type;
};

std::optional<Network> network_layer(View frame) {
    if (frame.size() < kEthernet)
        return std::nullopt;
    Network found{kEthernet, get16(frame, kEthernet - 2)};
    for (unsigned tag = 0; found.type == kTagC || found.type == kTagS; ++tag) {
        if (tag == kMostTags || frame.size() < found.at + 4)
            return std::nullopt;
        found = {found.at + 4, get16(frame, found.at + 2)};
    }
    return found;
}

std::optional<Layers> read_v4(View frame, std::size_t at) {
    if (frame.size() < at + 20 || frame[at] >> 4 != 4)
        return std::nullopt;
    const std::size_t header = (frame[at] & 15u) * 4u;
    const std::size_t total = get16(frame, at + 2);
    const unsigned flags = get16(frame, at + 6);
    Layers out;
    out.network = at;
    out.protocol = frame[at + 9];
    out.source = Address::from_bytes(frame.subspan(at + 12, 4));
    out.destination = Address::from_bytes(frame.subspan(at + 16, 4));
    out.end = std::min(frame.size(), at + std::max<std::size_t>(total, 20));
    out.transport = std::min(out.end, at + std::max<std::size_t>(header, 20));
    if (flags & 0x3fff)
        out.piece = Piece{get16(frame, at + 4), (flags & 0x1fffu) * 8u, (flags & 0x2000) != 0};
    return out;
}

bool is_extension(std::uint8_t header) {
    return header == kHopByHop || header == kRouting || header == kFragment ||
           header == kAuthentication || header == kDestination || header == kMobility;
}

std::size_t extension_size(View frame, std::size_t at, std::uint8_t header) {
    if (header == kFragment)
        return 8;
    if (header == kAuthentication)
        return (frame[at + 1] + 2u) * 4u;
    return (frame[at + 1] + 1u) * 8u;
}

// Walks on until the transport header, or the fragment header of a later piece.
void follow_extensions(View frame, Layers& out) {
    std::size_t link = out.network + 6;
    for (unsigned k = 0; k < kMostExtensions && is_extension(out.protocol); ++k) {
        const std::size_t at = out.transport;
        if (at + 8 > out.end)
            return;
        const std::uint8_t header = out.protocol;
        const unsigned flags = get16(frame, at + 2);
        out.transport = std::min(out.end, at + extension_size(frame, at, header));
        out.protocol = frame[at];
        if (header == kFragment && !out.piece && (flags & 0xfff9) != 0)
            out.piece = Piece{get32(frame, at + 4), flags & 0xfff8u, (flags & 1) != 0, at, link};
        if (out.later_piece())
            return;
        link = at;
    }
}

std::optional<Layers> read_v6(View frame, std::size_t at) {
    if (frame.size() < at + 40 || frame[at] >> 4 != 6)
        return std::nullopt;
    Layers out;
    out.network = at;
    out.v6 = true;
    out.protocol = frame[at + 6];
    out.source = Address::from_bytes(frame.subspan(at + 8, 16));
    out.destination = Address::from_bytes(frame.subspan(at + 24, 16));
    out.end = std::min<std::size_t>(frame.size(), at + 40 + get16(frame, at + 4));
    out.transport = std::min(out.end, at + 40);
    follow_extensions(frame, out);
    return out;
}

} // namespace

std::optional<Layers> layers(View ethernet) {
    const auto network = network_layer(ethernet);
    if (!network)
        return std::nullopt;
    if (network->type == kTypeV4)
        return read_v4(ethernet, network->at);
    if (network->type == kTypeV6)
        return read_v6(ethernet, network->at);
    return std::nullopt;
}

std::optional<Ports> ports(View ethernet, const Layers& at) {
    const bool known = at.protocol == GM_UDP || at.protocol == GM_TCP;
    if (!known || at.later_piece() || at.transport + 4 > at.end)
        return std::nullopt;
    return Ports{get16(ethernet, at.transport), get16(ethernet, at.transport + 2)};
}

std::optional<TcpHeader> tcp_header(View ethernet, const Layers& at) {
    if (at.protocol != GM_TCP || at.piece || at.transport + 20 > at.end)
        return std::nullopt;
    const View header = ethernet.subspan(at.transport, at.end - at.transport);
    const std::size_t size = (header[12] >> 4) * 4u;
    if (size < 20 || size > header.size())
        return std::nullopt;
    TcpHeader out;
    out.syn = (header[13] & 0x02) != 0;
    out.ack = (header[13] & 0x10) != 0;
    out.sequence = get32(header, 4) + (out.syn ? 1 : 0);
    out.acknowledged = get32(header, 8);
    out.data = at.transport + size;
    out.size = header.size() - size;
    return out;
}

std::string_view payload(View ethernet, const Layers& at) {
    std::size_t from = at.transport + 8;
    std::size_t end = at.end;
    if (at.protocol == GM_TCP && at.transport + 20 <= end)
        from = at.transport + (ethernet[at.transport + 12] >> 4) * 4u;
    else if (at.protocol == GM_UDP && from <= end)
        end = std::min<std::size_t>(end, at.transport + get16(ethernet, at.transport + 4));
    if (from >= end)
        return {};
    return {reinterpret_cast<const char*>(ethernet.data()) + from, end - from};
}

} // namespace gmguard::replay
