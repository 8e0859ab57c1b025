// SPDX-License-Identifier: BSD-2-Clause
#include "replay/datagram.hpp"

namespace gmguard::replay {
namespace {

constexpr std::uint8_t kHops = 64;

void put16(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put_address(Bytes& out, Address address) {
    for (unsigned bits = address.is_v4() ? 32 : 128; bits > 0; bits -= 8)
        out.push_back(static_cast<std::uint8_t>(address.value() >> (bits - 8)));
}

// RFC 1071, over what is appended to `sum`.
std::uint32_t sum_of(std::span<const std::uint8_t> bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += i % 2 == 0 ? bytes[i] * 256u : bytes[i];
    return sum;
}

std::uint16_t folded(std::uint32_t sum) {
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

Bytes udp(std::string_view payload, const Endpoint& from, const Endpoint& to) {
    Bytes out;
    const std::size_t length = 8 + payload.size();
    put16(out, from.port);
    put16(out, to.port);
    put16(out, length);
    put16(out, 0);
    out.insert(out.end(), payload.begin(), payload.end());
    Bytes pseudo;
    put_address(pseudo, from.address);
    put_address(pseudo, to.address);
    put16(pseudo, length);
    put16(pseudo, GM_UDP);
    const std::uint16_t checksum = folded(sum_of(out, sum_of(pseudo)));
    out[6] = static_cast<std::uint8_t>(checksum == 0 ? 0xff : checksum >> 8);
    out[7] = static_cast<std::uint8_t>(checksum == 0 ? 0xff : checksum);
    return out;
}

Bytes tcp(std::string_view data, const Endpoint& from, const Endpoint& to) {
    Bytes out;
    put16(out, from.port);
    put16(out, to.port);
    out.insert(out.end(), {0, 0, 0, 1, 0, 0, 0, 1, 5 << 4, 0x18, 0xff, 0xff, 0, 0, 0, 0});
    out.insert(out.end(), data.begin(), data.end());
    return out;
}

Bytes header_v4(std::size_t inner, std::uint8_t protocol, Address from, Address to) {
    Bytes out = {0x45, 0};
    put16(out, 20 + inner);
    out.insert(out.end(), {0, 1, 0, 0, kHops, protocol, 0, 0});
    put_address(out, from);
    put_address(out, to);
    const std::uint16_t checksum = folded(sum_of(out));
    out[10] = static_cast<std::uint8_t>(checksum >> 8);
    out[11] = static_cast<std::uint8_t>(checksum);
    return out;
}

Bytes header_v6(std::size_t inner, std::uint8_t protocol, Address from, Address to) {
    Bytes out = {0x60, 0, 0, 0};
    put16(out, inner);
    out.insert(out.end(), {protocol, kHops});
    put_address(out, from);
    put_address(out, to);
    return out;
}

} // namespace

Bytes datagram(std::string_view payload, const Endpoint& from, const Endpoint& to) {
    return packet(from.address, to.address, GM_UDP, udp(payload, from, to));
}

Bytes segment(std::string_view data, const Endpoint& from, const Endpoint& to) {
    return packet(from.address, to.address, GM_TCP, tcp(data, from, to));
}

Bytes packet(Address from, Address to, std::uint8_t protocol,
             std::span<const std::uint8_t> transport) {
    const bool v4 = from.is_v4();
    Bytes out = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    put16(out, v4 ? 0x0800 : 0x86dd);
    const Bytes header = v4 ? header_v4(transport.size(), protocol, from, to)
                            : header_v6(transport.size(), protocol, from, to);
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), transport.begin(), transport.end());
    return out;
}

} // namespace gmguard::replay
