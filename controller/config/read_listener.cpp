// SPDX-License-Identifier: BSD-2-Clause
#include "config/sections.hpp"
#include "config/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gmguard::config {
namespace {

using Ports = std::vector<std::uint16_t>;

constexpr Word<gm_mode> kModes[]{
    {"off", GM_MODE_OFF}, {"monitor", GM_MODE_MONITOR}, {"enforce", GM_MODE_ENFORCE}};
constexpr Word<gm_profile> kProfiles[]{{"annex-d", GM_PROFILE_ANNEX_D},
                                       {"ts33203", GM_PROFILE_TS33203}};
constexpr Word<gm_protection> kProtections[]{{"esp", GM_PROTECTION_ESP},
                                             {"terminated", GM_PROTECTION_TERMINATED}};

constexpr Word<gm_emergency> kEmergencies[]{{"deny", GM_EMERGENCY_DENY},
                                            {"registered-only", GM_EMERGENCY_REGISTERED},
                                            {"allow", GM_EMERGENCY_ALLOW}};

struct Range {
    unsigned first = 0;
    unsigned last = 0;
};

std::optional<unsigned> port_number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && value >= 1 && value <= 65535 ? std::optional(value) : std::nullopt;
}

std::optional<Range> range_of(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto first = port_number(text.substr(0, dash));
    const auto last = port_number(text.substr(dash + 1));
    return first && last ? std::optional(Range{*first, *last}) : std::nullopt;
}

std::optional<Range> read_range(Section& section, const toml::node& node, const std::string& text) {
    if (port_number(text)) {
        section.problem(node, fmt::format("port \"{}\" is a string", text),
                        fmt::format("write {} without quotes", text));
        return std::nullopt;
    }
    const auto range = range_of(text);
    if (!range)
        section.problem(node, fmt::format("\"{}\" is no range of ports", text),
                        "write a range as \"6100-6101\", several as a list");
    else if (range->first > range->last)
        section.problem(node, fmt::format("the range {} runs backwards", text),
                        fmt::format("write \"{}-{}\"", range->last, range->first));
    else
        return range;
    return std::nullopt;
}

std::optional<Range> read_port(Section& section, const toml::node& node) {
    if (const auto text = node.value_exact<std::string>())
        return read_range(section, node, *text);
    const auto number = node.value_exact<std::int64_t>();
    if (!number)
        section.problem(node,
                        fmt::format("a port must be a number or a range, not {}", kind_of(node)));
    else if (*number < 1 || *number > 65535)
        section.problem(node, fmt::format("port {} is not 1 to 65535", *number));
    else
        return Range{static_cast<unsigned>(*number), static_cast<unsigned>(*number)};
    return std::nullopt;
}

Ports read_ports(Section& section, std::string_view key) {
    Ports ports;
    for (const toml::node* node : section.list(key)) {
        const auto range = read_port(section, *node);
        if (!range)
            continue;
        const auto in_range = [&](auto port) {
            return port >= range->first && port <= range->last;
        };
        const auto twice = std::ranges::find_if(ports, in_range);
        if (twice != ports.end()) {
            section.problem(*node, fmt::format("port {} is given twice", *twice));
            continue;
        }
        for (unsigned port = range->first; port <= range->last; ++port)
            ports.push_back(static_cast<std::uint16_t>(port));
    }
    std::ranges::sort(ports);
    return ports;
}

void read_all_ports(Section& section, Listener& listener) {
    const auto before = section.notes().count();
    listener.unprotected_ports = read_ports(section, "unprotected_ports");
    listener.protected_ports = read_ports(section, "protected_ports");
    const bool none = listener.unprotected_ports.empty() && listener.protected_ports.empty();
    if (none && section.notes().count() == before)
        section.problem("a listener needs ports", "write unprotected_ports = [5060]");
}

Address read_address(Section& section) {
    const auto text = section.text("address");
    if (!text) {
        if (!section.has("address"))
            section.problem("a listener needs an address",
                            "write address = \"any\" for all of them");
        return {};
    }
    if (*text == "any")
        return {};
    const auto address = Address::parse(*text);
    if (!address)
        section.problem_of("address", fmt::format("\"{}\" is no IPv4 or IPv6 address", *text),
                           "write it without port and brackets");
    else if (address->is_any() || *address == Address::parse("0.0.0.0"))
        section.problem_of("address", fmt::format("{} is no address to listen on", *text),
                           "write \"any\", which means all addresses of both families");
    return address.value_or(Address{});
}

gm_profile read_profile(Section& section) {
    const auto profile = section.choice<gm_profile>("profile", kProfiles);
    if (!profile && !section.has("profile"))
        section.problem("a listener needs a profile, there is no default",
                        "write profile = \"ts33203\" for phones in the field, \"annex-d\" for the "
                        "contribution to the letter");
    return profile.value_or(GM_PROFILE_ANNEX_D);
}

// The profile is known. The seed knows of no emergency.
gm_emergency read_emergency(Section& section, gm_profile profile) {
    const auto emergency = section.choice<gm_emergency>("emergency", kEmergencies);
    const bool field = profile == GM_PROFILE_TS33203;
    if (!field && emergency.value_or(GM_EMERGENCY_DENY) != GM_EMERGENCY_DENY)
        section.problem_of("emergency", "the profile annex-d admits no emergency calls",
                           "leave it out, or choose profile = \"ts33203\"");
    return emergency.value_or(field ? GM_EMERGENCY_ALLOW : GM_EMERGENCY_DENY);
}

// The listener's ports and its protection are known.
void read_checks(Section section, Listener& listener) {
    for (std::size_t i = 0; i < listener.checks.size(); ++i) {
        const auto check = static_cast<gm_check>(i);
        listener.checks[i] = read_mode(section, word(check));
        if (listener.checks[i].value_or(GM_MODE_OFF) != GM_MODE_OFF && !applies(check, listener))
            section.problem_of(
                word(check), "esp_source looks at ESP, and none ends at this listener",
                "leave it out, or give the listener protected_ports and protection = \"esp\"");
    }
    section.finish();
}

} // namespace

std::optional<gm_mode> read_mode(Section& section, std::string_view key) {
    return section.choice<gm_mode>(key, kModes);
}

Listener read_listener(Section section) {
    Listener listener;
    listener.name = read_name(section);
    listener.profile = read_profile(section);
    listener.address = read_address(section);
    read_all_ports(section, listener);
    listener.protection =
        section.choice<gm_protection>("protection", kProtections).value_or(GM_PROTECTION_ESP);
    listener.emergency = read_emergency(section, listener.profile);
    listener.mode = read_mode(section, "mode");
    listener.shared_interface = section.flag("shared_interface").value_or(false);
    if (auto checks = section.table("checks"))
        read_checks(std::move(*checks), listener);
    section.finish();
    return listener;
}

} // namespace gmguard::config
