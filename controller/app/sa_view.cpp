// SPDX-License-Identifier: BSD-2-Clause
#include "app/sa_view.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

namespace gmguard::app {
namespace {

std::optional<admin::SaAlgorithm> shown(const xfrm::Algorithm& algorithm) {
    if (algorithm.name.empty())
        return std::nullopt;
    return admin::SaAlgorithm{algorithm.name, algorithm.key_bits, algorithm.icv_bits};
}

admin::SaLifetime shown(const xfrm::Limit& limit) {
    const auto unless = [](std::uint64_t value, std::uint64_t none) {
        return value == none ? std::nullopt : std::optional(value);
    };
    return {unless(limit.add_seconds, 0), unless(limit.use_seconds, 0),
            unless(limit.bytes, xfrm::kNoLimit), unless(limit.packets, xfrm::kNoLimit)};
}

std::optional<admin::Time> time_of(std::uint64_t seconds) {
    if (seconds == 0)
        return std::nullopt;
    return admin::Time(std::chrono::seconds(seconds));
}

template <typename T> bool take_hex(std::string_view& text, T& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into, 16);
    if (error != std::errc{})
        return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() == '.')
        text.remove_prefix(1);
    return true;
}

} // namespace

admin::SaInstalled shown(const xfrm::Sa& sa, const std::vector<xfrm::Policy>& policies) {
    admin::SaInstalled out;
    out.protocol = name(sa.protocol);
    out.mode = name(sa.mode);
    out.integrity = shown(sa.integrity);
    out.encryption = shown(sa.encryption);
    out.aead = shown(sa.aead);
    out.selector = sa.selector.text();
    out.reqid = sa.reqid;
    out.soft = shown(sa.soft);
    out.hard = shown(sa.hard);
    out.bytes = sa.usage.bytes;
    out.packets = sa.usage.packets;
    out.added = time_of(sa.usage.added);
    out.used = time_of(sa.usage.first_used);
    out.in_udp = sa.encapsulation.has_value();
    out.output_mark = sa.output_mark;
    for (const auto& policy : policies)
        out.policies.push_back(
            fmt::format("{} {}", name(policy.direction), policy.selector.text()));
    return out;
}

admin::SaAgreed shown(const sip::SecurityMechanism& mechanism) {
    return {mechanism.mechanism, mechanism.alg,   mechanism.ealg,   mechanism.prot,  mechanism.mod,
            mechanism.spi_c,     mechanism.spi_s, mechanism.port_c, mechanism.port_s};
}

admin::SaState state_of(admin::SaDirection direction, xfrm::Standing standing) {
    if (direction == admin::SaDirection::other)
        return admin::SaState::unguarded;
    switch (standing) {
    case xfrm::Standing::bound:
        return admin::SaState::bound;
    case xfrm::Standing::pending:
        return admin::SaState::pending;
    case xfrm::Standing::nobody:
        return admin::SaState::orphan;
    case xfrm::Standing::gone:
        return admin::SaState::stale;
    case xfrm::Standing::refused:
        return admin::SaState::refused;
    default:
        return admin::SaState::unattributed;
    }
}

std::string cursor_of(const SaPlace& place) {
    const auto address = place.key.destination.value();
    return fmt::format("{:x}.{:x}.{:x}.{:x}.{:x}.{:x}.{:x}", place.netns,
                       static_cast<std::uint64_t>(address >> 64),
                       static_cast<std::uint64_t>(address), place.key.spi, place.key.protocol,
                       place.key.mark.value, place.key.mark.mask);
}

std::optional<SaPlace> place_of(std::string_view cursor) {
    SaPlace place;
    std::array<std::uint64_t, 2> halves{};
    auto& key = place.key;
    const bool whole = take_hex(cursor, place.netns) && take_hex(cursor, halves[0]) &&
                       take_hex(cursor, halves[1]) && take_hex(cursor, key.spi) &&
                       take_hex(cursor, key.protocol) && take_hex(cursor, key.mark.value) &&
                       take_hex(cursor, key.mark.mask) && cursor.empty();
    key.destination = Address(uint128{halves[0]} << 64 | halves[1]);
    return whole ? std::optional(place) : std::nullopt;
}

std::optional<std::uint32_t> spi_of(std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex)
        text.remove_prefix(2);
    std::uint32_t spi = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, spi, hex ? 16 : 10);
    return error == std::errc{} && stopped == end ? std::optional(spi) : std::nullopt;
}

} // namespace gmguard::app
