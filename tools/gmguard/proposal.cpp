// SPDX-License-Identifier: BSD-2-Clause
#include "proposal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace gmguard::cli {
namespace {

using config::Draft;
using kamailio::Socket;

constexpr std::uint16_t kSip = 5060;
constexpr std::array<std::string_view, 5> kSipPrograms{"kamailio", "opensips", "openser", "ser",
                                                       "cscf"};

bool is_loopback(Address address) {
    return Prefix::parse("127.0.0.0/8")->contains(address) || address == *Address::parse("::1");
}

// A socket as either source tells of it.
struct Seen {
    Address address; // any: every address, or one that is not known
    std::uint16_t first = 0, last = 0;
    bool is_protected = false;
    std::string from; // a remark: where it was found
};

void add_ports(std::vector<std::uint16_t>& ports, const Seen& seen) {
    for (unsigned port = seen.first; port <= seen.last; ++port)
        ports.push_back(static_cast<std::uint16_t>(port));
    std::ranges::sort(ports);
    const auto rest = std::ranges::unique(ports);
    ports.erase(rest.begin(), rest.end());
}

Draft::Gm& gm_at(Draft& draft, Address address) {
    for (auto& gm : draft.listeners)
        if (gm.listener.address == address)
            return gm;
    Draft::Gm gm;
    gm.listener.name = fmt::format("gm{}", draft.listeners.size() + 1);
    gm.listener.address = address;
    draft.listeners.push_back(std::move(gm));
    return draft.listeners.back();
}

std::string ports_of(const Seen& seen) {
    return seen.first == seen.last ? fmt::format("{}", seen.first)
                                   : fmt::format("{}-{}", seen.first, seen.last);
}

void add_gm(Draft& draft, const Seen& seen) {
    auto& gm = gm_at(draft, seen.address);
    add_ports(seen.is_protected ? gm.listener.protected_ports : gm.listener.unprotected_ports,
              seen);
    gm.remarks.push_back(fmt::format("{} {}: {}", seen.is_protected ? "protected" : "unprotected",
                                     ports_of(seen), seen.from));
}

void add_mw(Draft& draft, const Seen& seen) {
    for (unsigned port = seen.first; port <= seen.last; ++port)
        draft.core_listeners.push_back({{seen.address, static_cast<std::uint16_t>(port)},
                                        "GUESS: no phones here. " + seen.from});
}

// A port that is protected is nothing else.
void settle(Draft& draft) {
    for (auto& gm : draft.listeners)
        std::erase_if(gm.listener.unprotected_ports, [&gm](std::uint16_t port) {
            return std::ranges::find(gm.listener.protected_ports, port) !=
                   gm.listener.protected_ports.end();
        });
    if (!draft.listeners.empty())
        return;
    auto& gm = gm_at(draft, {});
    gm.listener.unprotected_ports = {kSip};
    gm.remarks = {"GUESS: nothing was found that listens for SIP. Name the address and every port",
                  "that the P-CSCF has open towards phones."};
}

std::string joined(const std::vector<Address>& addresses) {
    std::string out;
    for (const auto address : addresses)
        out += (out.empty() ? "" : " ") + address.text();
    return out;
}

// The sides of interfaces follow from the listeners on their addresses.
void add_interfaces(Draft& draft, const Host& host) {
    for (const auto& interface : host.interfaces) {
        const auto has = [&interface](Address address) {
            return std::ranges::find(interface.addresses, address) != interface.addresses.end();
        };
        const bool gm = std::ranges::any_of(
            draft.listeners, [&](const Draft::Gm& each) { return has(each.listener.address); });
        const bool mw = std::ranges::any_of(
            draft.core_listeners, [&](const Draft::Mw& each) { return has(each.socket.address); });
        Draft::Link link;
        link.interface.name = interface.name;
        link.interface.side = mw && !gm ? GM_SIDE_CORE : GM_SIDE_GM;
        link.certain = gm || mw;
        link.remark = (link.certain ? "" : "phones come by it? ") + joined(interface.addresses);
        draft.interfaces.push_back(std::move(link));
    }
}

// --- what listens now

bool looks_like_sip(const HostSocket& socket) {
    const bool program = std::ranges::any_of(kSipPrograms, [&](std::string_view name) {
        return socket.program.find(name) != std::string::npos;
    });
    return program || socket.local.port == kSip;
}

Address without_any(Address address) {
    const bool any = address.is_any() || address == *Address::parse("0.0.0.0");
    return any ? Address{} : address;
}

// --- a Kamailio

struct Resolved {
    std::optional<Address> address;
    std::string why; // it is none, or a guess
};

Resolved resolve(const std::string& host, const Host& here) {
    std::string bare = host;
    if (bare.starts_with('[') && bare.ends_with(']'))
        bare = bare.substr(1, bare.size() - 2);
    if (const auto address = Address::parse(bare))
        return {without_any(*address), ""};
    if (bare == "*")
        return {Address{}, ""};
    const auto link = std::ranges::find(here.interfaces, bare, &HostInterface::name);
    if (link != here.interfaces.end() && !link->addresses.empty())
        return {link->addresses.front(), fmt::format("the first address of {}", bare)};
    return {std::nullopt, fmt::format("{} is no address: put it in the place of \"any\"", bare)};
}

// Addresses of Gm: those with protected ports; without any, that of the first socket.
std::set<Address> gm_addresses(const kamailio::Pcscf& pcscf, const Host& host) {
    std::set<Address> out;
    const auto add = [&](const Socket& socket) {
        const auto address = resolve(socket.host, host).address.value_or(Address{});
        if (!is_loopback(address))
            out.insert(address);
    };
    for (const auto& socket : pcscf.sockets)
        if (socket.is_protected)
            add(socket);
    for (const auto& socket : pcscf.sockets)
        if (out.empty() && socket.transport == kamailio::Transport::udp)
            add(socket);
    return out;
}

bool is_gm(Address address, const std::set<Address>& known, const Host& host) {
    if (known.contains(address) || address.is_any())
        return true;
    const auto* link = host.with(address);
    return link != nullptr &&
           std::ranges::any_of(known, [&](Address each) { return host.with(each) == link; });
}

void place(Draft& draft, const Socket& socket, const std::set<Address>& known, const Host& host) {
    const auto [address, why] = resolve(socket.host, host);
    Seen seen{address.value_or(Address{}), socket.first, socket.last, socket.is_protected,
              socket.place.text()};
    if (!why.empty())
        seen.from += (address ? ": " : " GUESS: ") + why;
    if (is_loopback(seen.address))
        draft.left_out.push_back(
            fmt::format("{}: a socket of loopback, {}", seen.from, seen.address.text()));
    else if (socket.transport != kamailio::Transport::udp)
        draft.left_out.push_back(
            fmt::format("{}: TCP is judged on every port that UDP is; TLS is not read (port {})",
                        seen.from, ports_of(seen)));
    else if (is_gm(seen.address, known, host))
        add_gm(draft, seen);
    else
        add_mw(draft, seen);
}

// An alias names the P-CSCF itself: "pcscf.ims.example" lies in the home domain "ims.example".
void add_homes(Draft& draft, const kamailio::Pcscf& pcscf) {
    for (const auto& [host, place] : pcscf.aliases) {
        const auto dot = host.find('.');
        const bool own = host.find("cscf") < dot;
        if (dot == std::string::npos || Address::parse(host))
            continue;
        draft.homes.push_back(fmt::format("[\"{}\"]  # GUESS: alias {}, {}",
                                          own ? host.substr(dot + 1) : host, host, place.text()));
    }
}

} // namespace

Draft propose(const Host& host) {
    Draft draft;
    draft.head = {"What this machine shows. Check every line, above all those that say GUESS."};
    for (const auto& socket : host.sockets) {
        if (!looks_like_sip(socket))
            continue;
        const auto address = without_any(socket.local.address);
        const auto program = socket.program.empty() ? "a program" : socket.program;
        if (is_loopback(address))
            draft.left_out.push_back(
                fmt::format("{}: a socket of loopback, {}", program, socket.local.text()));
        else
            add_gm(draft, {address, socket.local.port, socket.local.port, socket.local.port != kSip,
                           fmt::format("GUESS: {} listens there now", program)});
    }
    settle(draft);
    add_interfaces(draft, host);
    return draft;
}

Draft propose(const kamailio::Pcscf& pcscf, const Host& host) {
    Draft draft;
    draft.head = {"From " + pcscf.file + ": each part has the place it comes from.",
                  "Check every line, above all those that say GUESS."};
    if (pcscf.ipsec)
        draft.head.push_back("ims_ipsec_pcscf: " + pcscf.ipsec->text() +
                             ". Its ports are protected by IPsec that ends on this host.");
    else
        draft.head.emplace_back(
            "No ims_ipsec_pcscf is loaded: no port is protected, and so no "
            "binding is ever made. Name the protected ports, if there are any.");
    const auto known = gm_addresses(pcscf, host);
    for (const auto& socket : pcscf.sockets)
        place(draft, socket, known, host);
    settle(draft);
    add_interfaces(draft, host);
    add_homes(draft, pcscf);
    return draft;
}

} // namespace gmguard::cli
