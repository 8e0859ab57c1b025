// SPDX-License-Identifier: BSD-2-Clause
// Packets for tests, layer by layer, in the order of the wire:
//
//   Ethernet{} / Ipv4{.source = "192.0.2.7"} / Udp{.destination = 5060} / "REGISTER sip:..."
//   Ethernet{} / Vlan{.id = 7} / Ipv6{} / Extension{.kind = kHopByHop} / Udp{} / message
//
// Lengths, protocol numbers and checksums come out right unless a field says otherwise. A layer
// that is not there is not made: `Ipv4{} / Udp{} / x` is a raw IP packet.
#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gmguard::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kDestination = 60;
inline constexpr std::uint8_t kProtocolTcp = 6, kProtocolUdp = 17, kProtocolEsp = 50;
inline constexpr std::uint8_t kNoNextHeader = 59;

struct Ethernet {
    std::array<std::uint8_t, 6> destination = {2, 0, 0, 0, 0, 1};
    std::array<std::uint8_t, 6> source = {2, 0, 0, 0, 0, 7};
    std::optional<std::uint16_t> type = {}; // else that of the next layer
};

struct Vlan {
    std::uint16_t id = 1;
    std::uint16_t tag = 0x8100; // the Ethernet type that announces it; 0x88a8: service tag
    std::optional<std::uint16_t> type = {};
};

struct Ipv4 {
    std::string source = "192.0.2.7";
    std::string destination = "192.0.2.1";
    std::uint8_t ttl = 64;
    std::uint16_t id = 1;
    bool dont_fragment = false;
    bool more_fragments = false;
    std::uint16_t offset = 0; // of a fragment: bytes, a multiple of 8
    Bytes options = {};       // padded to a multiple of 4
    std::optional<std::uint8_t> protocol = {}, version = {}, header_words = {};
    std::optional<std::uint16_t> total_length = {}, checksum = {};
};

struct Ipv6 {
    std::string source = "2001:db8::7";
    std::string destination = "2001:db8::1";
    std::uint8_t hop_limit = 64;
    std::optional<std::uint8_t> next_header = {}, version = {};
    std::optional<std::uint16_t> payload_length = {};
};

// An IPv6 extension header of the common form (RFC 8200 4.3): hop-by-hop, routing, destination.
struct Extension {
    std::uint8_t kind = kDestination;
    Bytes body = {1, 4, 0, 0, 0, 0}; // PadN; padded to a multiple of 8 with the two bytes before it
    std::optional<std::uint8_t> next_header = {}, length = {};
};

struct Ipv6Fragment {
    std::uint16_t offset = 0; // bytes, a multiple of 8
    bool more_fragments = false;
    std::uint32_t id = 1;
    std::optional<std::uint8_t> next_header = {};
};

struct Udp {
    std::uint16_t source = 5060;
    std::uint16_t destination = 5060;
    std::optional<std::uint16_t> length = {}, checksum = {};
};

struct Tcp {
    std::uint16_t source = 5060;
    std::uint16_t destination = 5060;
    std::uint32_t sequence = 1;
    std::uint32_t acknowledgement = 1;
    std::uint8_t flags = 0x18; // PSH, ACK
    std::optional<std::uint16_t> checksum = {};
};

inline constexpr std::uint8_t kSyn = 0x02, kAck = 0x10, kPushAck = 0x18, kUrgent = 0x20;

// Bytes as they are, and the protocol that the layer before announces for them.
struct Raw {
    Bytes bytes = {};
    std::uint8_t protocol = kNoNextHeader;
};

using Layer = std::variant<Raw, Ethernet, Vlan, Ipv4, Ipv6, Extension, Ipv6Fragment, Udp, Tcp>;
using Packet = std::vector<Layer>;

inline Bytes to_bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

namespace wire {

inline void put16(Bytes& out, std::uint32_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

inline void put32(Bytes& out, std::uint32_t value) {
    put16(out, value >> 16);
    put16(out, value & 0xffff);
}

inline void append(Bytes& out, const Bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

inline void set16(Bytes& out, std::size_t at, std::uint32_t value) {
    out.at(at) = static_cast<std::uint8_t>(value >> 8);
    out.at(at + 1) = static_cast<std::uint8_t>(value);
}

inline Bytes address(int family, const std::string& text) {
    Bytes out(family == AF_INET ? 4 : 16);
    if (inet_pton(family, text.c_str(), out.data()) != 1)
        throw std::invalid_argument("no address: " + text);
    return out;
}

// RFC 1071.
inline std::uint16_t checksum(const Bytes& bytes) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += i % 2 == 0 ? static_cast<std::uint64_t>(bytes[i]) << 8 : bytes[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

// What a layer needs to know of its neighbours.
struct Around {
    Bytes inner;                 // all that follows, encoded
    const Layer* next = nullptr; // the layer that follows
    Bytes addresses;             // source and destination of the IP layer before
};

inline std::uint8_t protocol_of(const Layer* layer) {
    if (!layer)
        return kNoNextHeader;
    if (const auto* extension = std::get_if<Extension>(layer))
        return extension->kind;
    if (const auto* raw = std::get_if<Raw>(layer))
        return raw->protocol;
    if (std::holds_alternative<Ipv6Fragment>(*layer))
        return kFragment;
    if (std::holds_alternative<Udp>(*layer))
        return kProtocolUdp;
    return std::holds_alternative<Tcp>(*layer) ? kProtocolTcp : kNoNextHeader;
}

inline std::uint16_t type_of(const Layer* layer) {
    if (!layer)
        return 0x88b5; // local experimental
    if (const auto* vlan = std::get_if<Vlan>(layer))
        return vlan->tag;
    if (std::holds_alternative<Ipv4>(*layer))
        return 0x0800;
    return std::holds_alternative<Ipv6>(*layer) ? 0x86dd : 0x88b5;
}

inline std::uint16_t transport_checksum(const Around& around, std::uint8_t protocol,
                                        const Bytes& segment) {
    Bytes pseudo = around.addresses;
    put32(pseudo, static_cast<std::uint32_t>(segment.size()));
    put32(pseudo, protocol);
    append(pseudo, segment);
    return checksum(pseudo);
}

inline Bytes encode(const Raw& raw, const Around& around) {
    Bytes out = raw.bytes;
    append(out, around.inner);
    return out;
}

inline Bytes encode(const Ethernet& ethernet, const Around& around) {
    Bytes out(ethernet.destination.begin(), ethernet.destination.end());
    out.insert(out.end(), ethernet.source.begin(), ethernet.source.end());
    put16(out, ethernet.type.value_or(type_of(around.next)));
    append(out, around.inner);
    return out;
}

inline Bytes encode(const Vlan& vlan, const Around& around) {
    Bytes out;
    put16(out, vlan.id);
    put16(out, vlan.type.value_or(type_of(around.next)));
    append(out, around.inner);
    return out;
}

inline Bytes encode(const Ipv4& ip, const Around& around) {
    Bytes options = ip.options;
    options.resize((options.size() + 3) / 4 * 4);
    const auto words = static_cast<std::uint8_t>(5 + options.size() / 4);
    Bytes out = {
        static_cast<std::uint8_t>(ip.version.value_or(4) << 4 | ip.header_words.value_or(words)),
        0};
    const auto length = static_cast<std::uint16_t>(words * 4 + around.inner.size());
    put16(out, ip.total_length.value_or(length));
    put16(out, ip.id);
    put16(out,
          (ip.dont_fragment ? 0x4000u : 0u) | (ip.more_fragments ? 0x2000u : 0u) | ip.offset / 8u);
    out.push_back(ip.ttl);
    out.push_back(ip.protocol.value_or(protocol_of(around.next)));
    put16(out, 0);
    append(out, address(AF_INET, ip.source));
    append(out, address(AF_INET, ip.destination));
    append(out, options);
    set16(out, 10, ip.checksum.value_or(checksum(out)));
    append(out, around.inner);
    return out;
}

inline Bytes encode(const Ipv6& ip, const Around& around) {
    Bytes out = {static_cast<std::uint8_t>(ip.version.value_or(6) << 4), 0, 0, 0};
    put16(out, ip.payload_length.value_or(static_cast<std::uint16_t>(around.inner.size())));
    out.push_back(ip.next_header.value_or(protocol_of(around.next)));
    out.push_back(ip.hop_limit);
    append(out, address(AF_INET6, ip.source));
    append(out, address(AF_INET6, ip.destination));
    append(out, around.inner);
    return out;
}

inline Bytes encode(const Extension& extension, const Around& around) {
    Bytes out = {extension.next_header.value_or(protocol_of(around.next)), 0};
    append(out, extension.body);
    out.resize((out.size() + 7) / 8 * 8);
    out[1] = extension.length.value_or(static_cast<std::uint8_t>(out.size() / 8 - 1));
    append(out, around.inner);
    return out;
}

inline Bytes encode(const Ipv6Fragment& fragment, const Around& around) {
    Bytes out = {fragment.next_header.value_or(protocol_of(around.next)), 0};
    put16(out, (fragment.offset & 0xfff8u) | (fragment.more_fragments ? 1u : 0u));
    put32(out, fragment.id);
    append(out, around.inner);
    return out;
}

inline Bytes encode(const Udp& udp, const Around& around) {
    Bytes out;
    put16(out, udp.source);
    put16(out, udp.destination);
    put16(out, udp.length.value_or(static_cast<std::uint16_t>(8 + around.inner.size())));
    put16(out, 0);
    append(out, around.inner);
    const std::uint16_t sum = transport_checksum(around, kProtocolUdp, out);
    set16(out, 6, udp.checksum.value_or(sum == 0 ? std::uint16_t{0xffff} : sum));
    return out;
}

inline Bytes encode(const Tcp& tcp, const Around& around) {
    Bytes out;
    put16(out, tcp.source);
    put16(out, tcp.destination);
    put32(out, tcp.sequence);
    put32(out, tcp.acknowledgement);
    out.push_back(5 << 4);
    out.push_back(tcp.flags);
    put16(out, 65535);
    put32(out, 0); // checksum, urgent pointer
    append(out, around.inner);
    set16(out, 16, tcp.checksum.value_or(transport_checksum(around, kProtocolTcp, out)));
    return out;
}

inline Bytes addresses_before(const Packet& packet, std::size_t index) {
    for (std::size_t i = index; i-- > 0;) {
        if (const auto* v4 = std::get_if<Ipv4>(&packet[i])) {
            Bytes out = address(AF_INET, v4->source);
            append(out, address(AF_INET, v4->destination));
            return out;
        }
        if (const auto* v6 = std::get_if<Ipv6>(&packet[i])) {
            Bytes out = address(AF_INET6, v6->source);
            append(out, address(AF_INET6, v6->destination));
            return out;
        }
    }
    return {};
}

// The bytes of the layers from `first` on.
inline Bytes encode_from(const Packet& packet, std::size_t first) {
    Around around;
    for (std::size_t i = packet.size(); i-- > first;) {
        around.addresses = addresses_before(packet, i);
        around.inner =
            std::visit([&](const auto& layer) { return encode(layer, around); }, packet[i]);
        around.next = &packet[i];
    }
    return around.inner;
}

} // namespace wire

template <typename T>
concept Text = std::convertible_to<T, std::string_view>;
template <typename T>
concept LayerOrBytes = std::constructible_from<Layer, T> || Text<T> || std::same_as<T, Bytes>;

template <LayerOrBytes T> Layer layer(T value) {
    if constexpr (Text<T>)
        return Raw{.bytes = to_bytes(value)};
    else if constexpr (std::same_as<T, Bytes>)
        return Raw{.bytes = std::move(value)};
    else
        return value;
}

template <LayerOrBytes T> Packet operator/(Packet packet, T next) {
    packet.push_back(layer(std::move(next)));
    return packet;
}

template <typename First, LayerOrBytes T>
    requires std::constructible_from<Layer, First>
Packet operator/(First first, T next) {
    return Packet{layer(std::move(first)), layer(std::move(next))};
}

[[nodiscard]] inline Bytes bytes(const Packet& packet) {
    return wire::encode_from(packet, 0);
}

// What ESP with this SPI carries in transport mode where it is not encrypted (RFC 2410): all behind
// the IP header of `inner`, which is the packet as it would be without ESP. `icv` bytes at the end,
// `iv` before the data.
[[nodiscard]] inline Bytes clear_esp(std::uint32_t spi, const Packet& inner, std::size_t icv = 12,
                                     std::size_t iv = 0) {
    Bytes out;
    wire::put32(out, spi);
    wire::put32(out, 1);
    out.resize(out.size() + iv, 0x5a);
    const Bytes transport = wire::encode_from(inner, 1);
    wire::append(out, transport);
    const auto padding = static_cast<std::uint8_t>((4 - (transport.size() + 2) % 4) % 4);
    for (std::uint8_t k = 1; k <= padding; ++k)
        out.push_back(k);
    out.push_back(padding);
    out.push_back(wire::protocol_of(&inner.at(1)));
    out.resize(out.size() + icv, 0xa5);
    return out;
}

// The same with something that nobody can read.
[[nodiscard]] inline Bytes sealed_esp(std::uint32_t spi, std::size_t size = 88) {
    Bytes out;
    wire::put32(out, spi);
    wire::put32(out, 1);
    for (std::size_t k = out.size(); k < size; ++k)
        out.push_back(static_cast<std::uint8_t>(k * 151 + 37));
    return out;
}

// Where the IP layer stands. Throws where there is none.
[[nodiscard]] inline std::size_t ip_layer(const Packet& packet) {
    for (std::size_t i = 0; i < packet.size(); ++i)
        if (std::holds_alternative<Ipv4>(packet[i]) || std::holds_alternative<Ipv6>(packet[i]))
            return i;
    throw std::invalid_argument("no IP layer");
}

// One fragment: `length` bytes from `offset` (a multiple of 8) of what follows the IP header.
[[nodiscard]] inline Bytes fragment(const Packet& packet, std::size_t offset, std::size_t length,
                                    bool more, std::uint32_t id = 1) {
    const std::size_t ip = ip_layer(packet);
    const Bytes whole = wire::encode_from(packet, ip + 1);
    const std::uint8_t protocol =
        wire::protocol_of(ip + 1 < packet.size() ? &packet[ip + 1] : nullptr);
    const auto from = whole.begin() + static_cast<std::ptrdiff_t>(offset);
    const Raw piece{Bytes(from, from + static_cast<std::ptrdiff_t>(length)), protocol};
    Packet out(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(ip + 1));
    if (auto* v4 = std::get_if<Ipv4>(&out.back())) {
        v4->id = static_cast<std::uint16_t>(id);
        v4->offset = static_cast<std::uint16_t>(offset);
        v4->more_fragments = more;
    } else {
        out.push_back(Ipv6Fragment{
            .offset = static_cast<std::uint16_t>(offset), .more_fragments = more, .id = id});
    }
    out.push_back(piece);
    return bytes(out);
}

// The packet in fragments of `size` bytes (a multiple of 8) each, in order.
[[nodiscard]] inline std::vector<Bytes> fragments(const Packet& packet, std::size_t size,
                                                  std::uint32_t id = 1) {
    const std::size_t total = wire::encode_from(packet, ip_layer(packet) + 1).size();
    std::vector<Bytes> out;
    for (std::size_t at = 0; at < total; at += size) {
        const std::size_t length = std::min(size, total - at);
        out.push_back(fragment(packet, at, length, at + length < total, id));
    }
    return out;
}

} // namespace gmguard::test
