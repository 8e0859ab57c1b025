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

// The text of an address, put together at `at`.
class Writer {
  public:
    void number(unsigned value, int base) {
        at_ = std::to_chars(at_, buffer_.data() + buffer_.size(), value, base).ptr;
    }
    void sign(char c) { *at_++ = c; }
    [[nodiscard]] std::string text() const {
        return {buffer_.data(), static_cast<const char*>(at_)};
    }

  private:
    std::array<char, INET6_ADDRSTRLEN> buffer_;
    char* at_ = buffer_.data();
};

std::string text_of_v4(uint128 value) {
    Writer out;
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.number(static_cast<unsigned>(value >> shift) & 0xff, 10);
        if (shift != 0)
            out.sign('.');
    }
    return out.text();
}

// Groups of zeros: where they begin, and how many.
struct Zeros {
    unsigned at = 8, many = 1; // one alone is written
};

Zeros longest_zeros(const std::array<unsigned, 8>& groups) {
    Zeros longest;
    for (unsigned at = 0; at < 8; ++at) {
        unsigned many = 0;
        while (at + many < 8 && groups[at + many] == 0)
            ++many;
        if (many > longest.many)
            longest = {at, many};
        at += many;
    }
    return longest;
}

std::string text_of_v6(uint128 value) {
    std::array<unsigned, 8> groups{};
    for (unsigned i = 0; i < 8; ++i)
        groups[i] = static_cast<unsigned>(value >> (112 - 16 * i)) & 0xffff;
    const Zeros zeros = longest_zeros(groups);
    Writer out;
    for (unsigned i = 0; i < 8; ++i) {
        if (i == zeros.at) {
            out.sign(':');
            i += zeros.many - 1;
            if (i == 7)
                out.sign(':');
            continue;
        }
        if (i != 0)
            out.sign(':');
        out.number(groups[i], 16);
    }
    return out.text();
}

} // namespace

std::optional<Address> Address::parse(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (text.empty() || text.size() >= buffer.size())
        return std::nullopt;
    std::memcpy(buffer.data(), text.data(), text.size());
    std::array<std::uint8_t, 16> bytes{};
    const bool is_v6 = text.find(':') != std::string_view::npos;
    if (inet_pton(is_v6 ? AF_INET6 : AF_INET, buffer.data(), bytes.data()) != 1)
        return std::nullopt;
    return from_bytes(is_v6 ? std::span<const std::uint8_t>(bytes) : std::span(bytes).first(4));
}

Address Address::from_bytes(std::span<const std::uint8_t> network_order) {
    uint128 value = 0;
    for (const std::uint8_t byte : network_order)
        value = value << 8 | byte;
    return Address(network_order.size() == 4 ? kMapped | value : value);
}

std::array<std::uint8_t, 16> Address::bytes() const {
    std::array<std::uint8_t, 16> bytes{};
    for (unsigned i = 0; i < 16; ++i)
        bytes[i] = static_cast<std::uint8_t>(value_ >> (120 - 8 * i));
    return bytes;
}

// By itself: inet_ntop() takes several times as long, and each notice has an address or two.
std::string Address::text() const {
    return is_v4() ? text_of_v4(value_) : text_of_v6(value_);
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
    std::string text = address.text();
    (text += '/') += std::to_string(address.is_v4() && bits >= 96 ? bits - 96 : bits);
    return text;
}

} // namespace gmguard
