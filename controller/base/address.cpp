// SPDX-License-Identifier: BSD-2-Clause
#include "base/address.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>

namespace gmguard {
namespace {

constexpr uint128 kMapped = uint128{0xffff} << 32;

std::optional<unsigned> number(std::string_view text, unsigned max) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > max)
        return std::nullopt;
    if (text.size() > 1 && text.front() == '0')
        return std::nullopt;
    return value;
}

} // namespace

std::optional<Address> Address::parse(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (text.empty() || text.size() >= buffer.size())
        return std::nullopt;
    std::memcpy(buffer.data(), text.data(), text.size());
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, buffer.data(), bytes.data()) == 1)
        return from_bytes(std::span(bytes).first(4));
    if (inet_pton(AF_INET6, buffer.data(), bytes.data()) == 1)
        return from_bytes(bytes);
    return std::nullopt;
}

Address Address::from_bytes(std::span<const std::uint8_t> network_order) {
    uint128 value = 0;
    for (const std::uint8_t byte : network_order)
        value = value << 8 | byte;
    return Address(network_order.size() == 4 ? kMapped | value : value);
}

Address Address::masked(unsigned bits) const {
    if (bits == 0)
        return Address{};
    return Address(value_ & (~uint128{0} << (128 - bits)));
}

std::array<std::uint8_t, 16> Address::bytes() const {
    std::array<std::uint8_t, 16> bytes{};
    for (unsigned i = 0; i < 16; ++i)
        bytes[i] = static_cast<std::uint8_t>(value_ >> (120 - 8 * i));
    return bytes;
}

std::string Address::text() const {
    const auto bytes = this->bytes();
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (is_v4())
        inet_ntop(AF_INET, bytes.data() + 12, buffer.data(), buffer.size());
    else
        inet_ntop(AF_INET6, bytes.data(), buffer.data(), buffer.size());
    return buffer.data();
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0)
        return std::nullopt;
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return std::nullopt;
    const auto address = Address::parse(host);
    const auto port = number(text.substr(colon + 1), 65535);
    if (!address || !port)
        return std::nullopt;
    return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

std::string Endpoint::text() const {
    const auto host = address.text();
    return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    const unsigned width = address->is_v4() ? 32 : 128;
    unsigned bits = width;
    if (slash != std::string_view::npos) {
        const auto given = number(text.substr(slash + 1), width);
        if (!given)
            return std::nullopt;
        bits = *given;
    }
    bits += 128 - width;
    return Prefix{address->masked(bits), bits};
}

std::string Prefix::text() const {
    return address.text() + "/" + std::to_string(address.is_v4() && bits >= 96 ? bits - 96 : bits);
}

} // namespace gmguard
