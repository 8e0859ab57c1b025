// SPDX-License-Identifier: BSD-2-Clause
// Interfaces, the core side and the pools of sources.
#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::config {
namespace {

constexpr Word<gm_side> kSides[]{{"gm", GM_SIDE_GM}, {"core", GM_SIDE_CORE}};
constexpr Word<XdpMode> kXdpModes[]{{"native", XdpMode::native}, {"generic", XdpMode::generic}};
constexpr Word<gm_conflict> kConflicts[]{{"strict", GM_CONFLICT_STRICT},
                                         {"contest", GM_CONFLICT_CONTEST}};
constexpr unsigned kUnit = 64; // of an IPv6 pool that does not say: what a phone is given
constexpr std::size_t kInterfaceName = 15; // IFNAMSIZ without its NUL

bool is_interface_name(std::string_view name) {
    const auto bad = [](char c) { return c == '/' || c == ':' || c <= ' ' || c > '~'; };
    return !name.empty() && name.size() <= kInterfaceName && name != "." && name != ".." &&
           std::ranges::none_of(name, bad);
}

// A prefix without bits beyond its length: what is written is what is meant.
std::optional<Prefix> read_prefix(Section& section, const std::string& path,
                                  const std::string& text) {
    const auto prefix = Prefix::parse(text);
    if (!prefix) {
        section.notes().problem_at(path, fmt::format("\"{}\" is no address or prefix", text),
                                   "for example \"192.0.2.0/24\" or \"2001:db8::/32\"");
        return std::nullopt;
    }
    if (!prefix->address.is_v4() && prefix->contains(*Address::parse("0.0.0.0")))
        section.notes().problem_at(path, fmt::format("{} covers IPv4, too", text),
                                   "write one for each family, as \"2000::/3\" and \"0.0.0.0/0\"");
    const auto address = Address::parse(std::string_view(text).substr(0, text.find('/')));
    if (address != prefix->address)
        section.notes().problem_at(path, fmt::format("{} has bits beyond its length", text),
                                   fmt::format("write \"{}\"", prefix->text()));
    return prefix;
}

Prefix read_pool_prefix(Section& section) {
    const auto text = section.text("prefix");
    if (!section.has("prefix"))
        section.problem("a pool needs a prefix", "for example prefix = \"2001:db8::/32\"");
    if (!text)
        return {};
    return read_prefix(section, section.path("prefix"), *text).value_or(Prefix{});
}

// From bits of the family's own address to bits of 128.
unsigned read_unit(Section& section, const Prefix& prefix) {
    const bool v4 = prefix.address.is_v4();
    const auto unit = section.integer("unit", 0, 128);
    if (!unit)
        return v4 || prefix.bits > kUnit ? 128 : kUnit;
    if (v4 && *unit != 32)
        section.problem_of("unit", fmt::format("unit of an IPv4 pool is {}, not 32", *unit),
                           "IPv4 addresses count as a whole; use port = true to tell ports apart");
    else if (!v4 && (*unit < 48 || *unit > 128))
        section.problem_of("unit", fmt::format("unit of an IPv6 pool is {}, not 48 to 128", *unit));
    else if (!v4 && *unit < prefix.bits)
        section.problem_of("unit",
                           fmt::format("unit is {}, wider than the pool {}", *unit, prefix.text()),
                           "the unit is a part of the pool that belongs to one subscriber");
    return v4 ? 128 : static_cast<unsigned>(*unit);
}

std::string read_netns(Section& section) {
    const auto netns = section.text("netns").value_or("");
    if (section.has("netns") && netns.empty())
        section.problem_of("netns", "netns is empty", "leave the key out for the daemon's own");
    else if ((netns.find('/') != std::string::npos && netns.front() != '/') || !is_one_line(netns))
        section.problem_of("netns", fmt::format("netns \"{}\" is neither a name nor a path", netns),
                           "write the name of `ip netns` or an absolute path");
    return netns;
}

Endpoint read_core_listener(Section& section, const std::string& path, const std::string& text) {
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint || endpoint->port == 0) {
        section.notes().problem_at(path, fmt::format("\"{}\" is no address with port", text),
                                   "for example \"10.50.0.1:5060\" or \"[2001:db8::1]:5060\"");
        return {};
    }
    if (endpoint->address.is_any() || endpoint->address == Address::parse("0.0.0.0"))
        section.notes().problem_at(path, "a core listener needs its own address");
    return *endpoint;
}

} // namespace

Interface read_interface(Section section) {
    Interface interface;
    interface.name = section.text("name").value_or("");
    if (!section.has("name"))
        section.problem("an interface needs a name", "for example name = \"eth0\"");
    else if (!interface.name.empty() && !is_interface_name(interface.name))
        section.problem_of("name", fmt::format("\"{}\" is no name of an interface", interface.name),
                           "1 to 15 characters without blanks, / and :");
    interface.netns = read_netns(section);
    interface.side = section.choice<gm_side>("side", kSides).value_or(GM_SIDE_GM);
    interface.xdp_mode = section.choice<XdpMode>("xdp_mode", kXdpModes).value_or(XdpMode::native);
    if (interface.side == GM_SIDE_CORE && section.has("xdp_mode"))
        section.problem_of("xdp_mode", "an interface of the core is not attached",
                           "leave xdp_mode out");
    section.finish();
    return interface;
}

Core read_core(Section section) {
    Core core;
    const auto peers = section.texts("peers");
    for (std::size_t i = 0; i < peers.size(); ++i) {
        const auto path = fmt::format("{}[{}]", section.path("peers"), i);
        core.peers.push_back(read_prefix(section, path, peers[i]).value_or(Prefix{}));
    }
    const auto listeners = section.texts("listeners");
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        const auto path = fmt::format("{}[{}]", section.path("listeners"), i);
        core.listeners.push_back(read_core_listener(section, path, listeners[i]));
    }
    section.finish();
    return core;
}

Pool read_pool(Section section) {
    Pool pool;
    pool.name = read_name(section);
    pool.prefix = read_pool_prefix(section);
    pool.bits = read_unit(section, pool.prefix);
    pool.with_port = section.flag("port").value_or(false);
    pool.conflict = section.choice<gm_conflict>("conflict", kConflicts);
    section.finish();
    return pool;
}

} // namespace gmguard::config
