// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/listening.hpp"

#include <algorithm>
#include <set>

namespace gmguard::doctor {
namespace {

constexpr std::uint16_t kSip = 5060;

bool is_every_address(Address address) {
    return address.is_any() ||
           (address.is_v4() && static_cast<std::uint32_t>(address.value()) == 0);
}

bool is_loopback(Address address) {
    const auto low = static_cast<std::uint32_t>(address.value());
    return address.value() == 1 || (address.is_v4() && low >> 24 == 127);
}

bool is_named(const config::Config& config, const Endpoint& socket) {
    const auto& core = config.core.listeners;
    return std::ranges::find(core, socket) != core.end() ||
           std::ranges::any_of(config.listeners,
                               [&](const auto& each) { return takes(each, socket); });
}

std::set<std::uint64_t> cgroups_of_pcscf(const config::Config& config,
                                         std::span<const kernel::Socket> sockets) {
    std::set<std::uint64_t> out;
    for (const auto& socket : sockets)
        if (socket.cgroup != 0 && is_named(config, socket.local))
            out.insert(socket.cgroup);
    return out;
}

} // namespace

bool takes(const config::Listener& listener, const Endpoint& socket) {
    const auto has = [&socket](const std::vector<std::uint16_t>& ports) {
        return std::ranges::find(ports, socket.port) != ports.end();
    };
    const bool there = listener.address.is_any() || listener.address == socket.address ||
                       is_every_address(socket.address);
    return there && (has(listener.unprotected_ports) || has(listener.protected_ports));
}

std::vector<Endpoint> not_configured(const config::Config& config,
                                     std::span<const kernel::Socket> sockets) {
    const auto cgroups = cgroups_of_pcscf(config, sockets);
    std::set<Endpoint> out;
    for (const auto& socket : sockets)
        if ((socket.local.port == kSip ||
             (socket.protocol == GM_UDP && cgroups.contains(socket.cgroup))) &&
            socket.local.port != 0 && !is_loopback(socket.local.address) &&
            !is_named(config, socket.local))
            out.insert(socket.local);
    return {out.begin(), out.end()};
}

std::vector<Endpoint> nobody_listens(const config::Listener& listener,
                                     std::span<const kernel::Socket> sockets) {
    std::vector<Endpoint> out;
    for (const auto* ports : {&listener.unprotected_ports, &listener.protected_ports})
        for (const auto port : *ports)
            if (std::ranges::none_of(sockets, [&](const auto& socket) {
                    return socket.local.port == port && takes(listener, socket.local);
                }))
                out.push_back({listener.address, port});
    return out;
}

} // namespace gmguard::doctor
