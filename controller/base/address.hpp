// SPDX-License-Identifier: BSD-2-Clause
// IP addresses as 128-bit numbers in host order, IPv4 as ::ffff:a.b.c.d: the form that the keys of
// the kernel maps have (gmguard/abi/keys.h), so that one spelling of an address exists everywhere.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gmguard {

__extension__ typedef unsigned __int128 uint128;

class Address {
  public:
    constexpr Address() = default;
    explicit constexpr Address(uint128 host_order) : value_(host_order) {}

    // Strict: dotted quads without leading zeros, RFC 4291 text for IPv6, no zone, no brackets.
    [[nodiscard]] static std::optional<Address> parse(std::string_view text);
    // REQUIRES: 4 or 16 bytes, network order.
    [[nodiscard]] static Address from_bytes(std::span<const std::uint8_t> network_order);

    [[nodiscard]] constexpr uint128 value() const { return value_; }
    [[nodiscard]] constexpr bool is_v4() const { return (value_ >> 32) == 0xffff; }
    [[nodiscard]] constexpr bool is_any() const { return value_ == 0; }
    // Network order; IPv4 as ::ffff:a.b.c.d.
    [[nodiscard]] std::array<std::uint8_t, 16> bytes() const;
    // The first `bits` of 128 kept. REQUIRES: bits <= 128.
    [[nodiscard]] constexpr Address masked(unsigned bits) const {
        return bits == 0 ? Address{} : Address(value_ & (~uint128{0} << (128 - bits)));
    }
    // RFC 5952; dotted quad for IPv4.
    [[nodiscard]] std::string text() const;

    friend constexpr bool operator==(Address, Address) = default;
    friend constexpr auto operator<=>(Address a, Address b) { return a.value_ <=> b.value_; }

  private:
    uint128 value_ = 0;
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0; // host order

    // "192.0.2.1:5060" or "[2001:db8::1]:5060"; the port must be there.
    [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    friend constexpr bool operator==(const Endpoint&, const Endpoint&) = default;
    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct Prefix {
    Address address;   // masked
    unsigned bits = 0; // of 128: an IPv4 /24 has 120

    // "192.0.2.0/24", "2001:db8::/32", or an address alone (all bits).
    [[nodiscard]] static std::optional<Prefix> parse(std::string_view text);
    [[nodiscard]] bool contains(Address a) const { return a.masked(bits) == address; }
    [[nodiscard]] std::string text() const;
    friend constexpr bool operator==(const Prefix&, const Prefix&) = default;
};

} // namespace gmguard
