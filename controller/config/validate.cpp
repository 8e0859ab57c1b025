// SPDX-License-Identifier: BSD-2-Clause
#include "config/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace gmguard::config {
namespace {

std::string path(std::string_view list, std::size_t i, std::string_view key = {}) {
    return key.empty() ? fmt::format("{}[{}]", list, i) : fmt::format("{}[{}].{}", list, i, key);
}

std::string text_of(Address address, std::uint16_t port) {
    return address.is_any() ? fmt::format("any:{}", port) : Endpoint{address, port}.text();
}

template <typename T>
void names_differ(const std::vector<T>& items, std::string_view list, Notes& notes) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (!items[i].name.empty() && !seen.insert(items[i].name).second)
            notes.problem_at(path(list, i, "name"),
                             fmt::format("a second {} named \"{}\"", list, items[i].name));
}

void interfaces_differ(const Config& config, Notes& notes) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const auto& [name, netns, side, xdp_mode] = config.interfaces[i];
        if (!name.empty() && !seen.insert({netns, name}).second)
            notes.problem_at(path("interface", i, "name"),
                             fmt::format("interface {} is given twice", name));
    }
}

void ports_of_one_listener(const Listener& listener, std::size_t i, Notes& notes) {
    std::vector<std::uint16_t> both;
    std::ranges::set_intersection(listener.unprotected_ports, listener.protected_ports,
                                  std::back_inserter(both));
    if (!both.empty())
        notes.problem_at(path("listener", i, "protected_ports"),
                         fmt::format("port {} is unprotected and protected", both.front()),
                         "protected messages need a port of their own (D.1)");
}

// ESP in UDP is let in by its SPI, and what was in it is judged on the protected ports: a listener
// there would take it for SIP.
void no_port_of_esp(const Listener& listener, std::size_t i, Notes& notes) {
    constexpr std::uint16_t kEspInUdp = 4500; // RFC 3948
    if (listener.protection != GM_PROTECTION_ESP)
        return;
    for (const auto& [key, ports] : {std::pair("unprotected_ports", &listener.unprotected_ports),
                                     std::pair("protected_ports", &listener.protected_ports)})
        if (std::ranges::find(*ports, kEspInUdp) != ports->end())
            notes.problem_at(path("listener", i, key), "port 4500 is that of ESP in UDP",
                             "leave it out: what comes in ESP is judged on the protected ports");
}

// Every guarded (address, port) has one owner.
class Owners {
  public:
    explicit Owners(Notes& notes) : notes_(&notes) {}

    // One problem per place is enough: a range that overlaps would tell hundreds.
    void claim(Address address, const std::vector<std::uint16_t>& ports, const std::string& owner,
               const std::string& place) {
        bool told = false;
        for (const std::uint16_t port : ports) {
            const auto [found, fresh] = owners_.try_emplace({address, port}, owner);
            if (fresh || told || found->second == owner)
                continue;
            notes_->problem_at(
                place,
                fmt::format("{} belongs to {} already", text_of(address, port), found->second),
                "an address and port has one listener");
            told = true;
        }
    }
    // Of gm_listeners, with the marks that the entries of single addresses bring along.
    [[nodiscard]] std::size_t entries() const {
        std::set<std::uint16_t> ports;
        std::set<Address> addresses;
        for (const auto& [endpoint, owner] : owners_)
            if (!endpoint.address.is_any()) {
                ports.insert(endpoint.port);
                addresses.insert(endpoint.address);
            }
        return owners_.size() + ports.size() + addresses.size();
    }

  private:
    Notes* notes_;
    std::map<Endpoint, std::string> owners_;
};

void ports_differ(const Config& config, Notes& notes) {
    Owners owners(notes);
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        const auto& listener = config.listeners[i];
        const auto owner = fmt::format("listener {} (\"{}\")", i + 1, listener.name);
        ports_of_one_listener(listener, i, notes);
        no_port_of_esp(listener, i, notes);
        owners.claim(listener.address, listener.unprotected_ports, owner,
                     path("listener", i, "unprotected_ports"));
        owners.claim(listener.address, listener.protected_ports, owner,
                     path("listener", i, "protected_ports"));
    }
    for (std::size_t i = 0; i < config.core.listeners.size(); ++i) {
        const auto& [address, port] = config.core.listeners[i];
        owners.claim(address, {port}, fmt::format("core listener {}", i + 1),
                     path("core.listeners", i));
    }
    if (owners.entries() > kListenerEntries)
        notes.problem_at("listener",
                         fmt::format("the ports to guard need {} entries, more than {}",
                                     owners.entries(), kListenerEntries),
                         "narrow the ranges to the ports that the P-CSCF has open");
}

// The key of a source is one for all listeners, as gm_bindings is.
void profiles_agree(const Config& config, Notes& notes) {
    for (std::size_t i = 1; i < config.listeners.size(); ++i)
        if (config.listeners[i].profile != profile_of(config))
            notes.problem_at(path("listener", i, "profile"),
                             "two listeners have different profiles",
                             "what is bound counts at all of them: give them one");
}

void listeners_suffice(const Config& config, Notes& notes) {
    if (config.listeners.empty())
        notes.problem({}, "no listener: nothing would be guarded", "add a [[listener]]");
}

void at_most(std::size_t most, std::size_t count, std::string_view list, std::string_view things,
             Notes& notes) {
    if (count > most)
        notes.problem_at(path(list, most), fmt::format("more than {} {}", most, things));
}

void lists_fit(const Config& config, Notes& notes) {
    at_most(GM_LISTENERS - 1, config.listeners.size(), "listener", "listeners", notes);
    at_most(kMaxPools, config.pools.size(), "pool", "pools", notes);
    at_most(kMaxPeers, config.core.peers.size(), "core.peers", "core peers", notes);
    at_most(kMaxInterfaces, config.interfaces.size(), "interface", "interfaces", notes);
}

// On a shared interface the peers' addresses alone tell core from phone (H15).
void peers_of_shared_interfaces(const Config& config, Notes& notes) {
    const auto whole = [](const Prefix& peer) { return peer.bits == 128; };
    const bool exact = !config.core.peers.empty() && std::ranges::all_of(config.core.peers, whole);
    for (std::size_t i = 0; i < config.listeners.size(); ++i)
        if (config.listeners[i].shared_interface && !exact)
            notes.problem_at(path("listener", i, "shared_interface"),
                             "a shared interface needs the exact addresses of the core",
                             "list every core peer in [core] peers, without prefixes");
}

void pools_differ(const Config& config, Notes& notes) {
    std::vector<Prefix> seen;
    for (std::size_t i = 0; i < config.pools.size(); ++i) {
        const auto& prefix = config.pools[i].prefix;
        if (std::ranges::find(seen, prefix) != seen.end() && prefix != Prefix{})
            notes.problem_at(path("pool", i, "prefix"),
                             fmt::format("a second pool for {}", prefix.text()));
        seen.push_back(prefix);
        for (const auto& peer : config.core.peers)
            if (prefix != Prefix{} && peer != Prefix{} && peer.bits <= prefix.bits &&
                peer.contains(prefix.address))
                notes.problem_at(
                    path("pool", i, "prefix"),
                    fmt::format("pool {} lies within the core peer {}", prefix.text(), peer.text()),
                    "its phones would be taken for the core");
    }
}

// What comes from elsewhere is judged as a phone's, the answer to a report too.
void entry_is_core(const Config& config, Notes& notes) {
    const auto& entry = config.reports.entry;
    const auto holds = [&](const Prefix& peer) { return peer.contains(entry->address); };
    if (entry && std::ranges::none_of(config.core.peers, holds))
        notes.problem_at("home.entry", fmt::format("{} is no core peer", entry->address.text()),
                         "add it to [core] peers, or its answers are taken for a phone's");
}

// A phone's own answer is told from another's by the association that it comes by (H3).
void contests_can_be_had(const Config& config, Notes& notes) {
    const Listener* listener = clear_listener(config);
    if (listener == nullptr)
        return;
    for (std::size_t i = 0; i < config.pools.size(); ++i)
        if (config.pools[i].conflict == GM_CONFLICT_CONTEST)
            notes.problem_at(path("pool", i, "conflict"),
                             fmt::format("contest cannot be had where listener {} takes messages "
                                         "in clear: nobody could tell whose they are",
                                         listener->name),
                             "set strict, or end IPsec on this host (protection = \"esp\")");
}

} // namespace

void validate(const Config& config, Notes& notes) {
    listeners_suffice(config, notes);
    profiles_agree(config, notes);
    lists_fit(config, notes);
    names_differ(config.listeners, "listener", notes);
    names_differ(config.pools, "pool", notes);
    interfaces_differ(config, notes);
    ports_differ(config, notes);
    peers_of_shared_interfaces(config, notes);
    pools_differ(config, notes);
    contests_can_be_had(config, notes);
    entry_is_core(config, notes);
}

} // namespace gmguard::config
