// SPDX-License-Identifier: BSD-2-Clause
#include "config/sections.hpp"

#include <fmt/format.h>

namespace gmguard::config {
namespace {

constexpr std::int64_t kMaxRate = 10'000'000;  // messages a second, and at once
constexpr std::int64_t kMaxAdopt = 31'536'000; // a year
constexpr std::int64_t kMaxTimer = 3'600;

// { rate = 5, burst = 10 }; without burst, what a second brings may come at once.
gm_rate read_rate_table(Section section, gm_rate otherwise) {
    const auto rate = section.integer("rate", 1, kMaxRate);
    const auto burst = section.integer("burst", 1, kMaxRate);
    if (!section.has("rate"))
        section.problem("a limit needs a rate", "write { rate = 5, burst = 10 } or \"off\"");
    section.finish();
    if (!rate)
        return otherwise;
    return {static_cast<__u32>(*rate), static_cast<__u32>(burst.value_or(*rate))};
}

gm_rate read_rate(Section& section, std::string_view key, gm_rate otherwise) {
    const toml::node* node = section.node(key);
    if (!node)
        return otherwise;
    if (node->is_table())
        return read_rate_table(*section.table(key), otherwise);
    if (node->value_exact<std::string>() == "off")
        return {};
    const auto rate = node->value_exact<std::int64_t>();
    if (!rate)
        section.problem(*node,
                        fmt::format("{} must be \"off\", a number or {{ rate, burst }}", key),
                        "for example { rate = 5, burst = 10 }, in messages a second");
    else if (*rate < 1 || *rate > kMaxRate)
        section.problem(*node, fmt::format("{} is {}, not 1 to {}", key, *rate, kMaxRate),
                        *rate == 0 ? "write \"off\" for no limit" : "");
    else
        return {static_cast<__u32>(*rate), static_cast<__u32>(*rate)};
    return otherwise;
}

} // namespace

Limits read_limits(Section section) {
    Limits limits;
    if (const auto bindings = section.integer("bindings", kMinBindings, kMaxBindings))
        limits.bindings = static_cast<std::uint32_t>(*bindings);
    if (const auto adopt = section.integer("adopt_s", 0, kMaxAdopt))
        limits.adopt_s = static_cast<std::uint32_t>(*adopt);
    if (const auto timer = section.integer("registration_timer_s", 1, kMaxTimer))
        limits.registration_timer_s = static_cast<std::uint32_t>(*timer);
    limits.per_user = read_rate(section, "per_user", limits.per_user);
    limits.per_source = read_rate(section, "per_source", limits.per_source);
    limits.known = read_rate(section, "known", limits.known);
    limits.unknown = read_rate(section, "unknown", limits.unknown);
    limits.emergency = read_rate(section, "emergency", limits.emergency);
    limits.fragments = read_rate(section, "fragments", limits.fragments);
    limits.connections = read_rate(section, "connections", limits.connections);
    limits.all_connections = read_rate(section, "all_connections", limits.all_connections);
    limits.events = read_rate(section, "events", limits.events);
    section.finish();
    return limits;
}

} // namespace gmguard::config
