// SPDX-License-Identifier: BSD-2-Clause
#include "replay/sides.hpp"

#include <algorithm>

namespace gmguard::replay {
namespace {

bool has_port(const config::Listener& listener, std::uint16_t port) {
    return std::ranges::binary_search(listener.unprotected_ports, port) ||
           std::ranges::binary_search(listener.protected_ports, port);
}

// Whom `one` stands for: its address, or itself where the other end has the same.
Endpoint party(const Endpoint& one, const Endpoint& other) {
    return one.address == other.address ? one : Endpoint{one.address, 0};
}

std::size_t count(const std::map<Endpoint, std::set<Endpoint>>& seen, const Endpoint& who) {
    const auto found = seen.find(who);
    return found == seen.end() ? 0 : found->second.size();
}

} // namespace

bool Sides::guarded_port(std::uint16_t port) const {
    return std::ranges::any_of(config_.listeners,
                               [port](const auto& listener) { return has_port(listener, port); });
}

bool Sides::is_protected(const Endpoint& destination) const {
    const auto takes = [&](const config::Listener& listener) {
        return std::ranges::binary_search(listener.protected_ports, destination.port);
    };
    const auto here = [&](const config::Listener& listener) {
        return listener.address == destination.address && has_port(listener, destination.port);
    };
    const auto own = std::ranges::find_if(config_.listeners, here);
    if (own != config_.listeners.end())
        return takes(*own);
    return std::ranges::any_of(config_.listeners, [&](const config::Listener& listener) {
        return listener.address.is_any() && takes(listener);
    });
}

bool Sides::is_peer(Address address) const {
    return std::ranges::any_of(config_.core.peers,
                               [address](const Prefix& peer) { return peer.contains(address); });
}

bool Sides::is_core_listener(const Endpoint& endpoint) const {
    return std::ranges::find(config_.core.listeners, endpoint) != config_.core.listeners.end();
}

// By configured or learned address, because a P-CSCF may answer from any port (D.1 1); by address
// and port where both ends have one address, as in a capture of loopback.
bool Sides::is_pcscf(const Endpoint& source, const Endpoint& destination) const {
    const bool same = source.address == destination.address;
    const auto listens = [&](const config::Listener& listener) {
        return listener.address == source.address && (!same || has_port(listener, source.port));
    };
    const auto is_core = [&](const Endpoint& core) {
        return core.address == source.address && (!same || core.port == source.port);
    };
    return std::ranges::any_of(config_.listeners, listens) ||
           std::ranges::any_of(config_.core.listeners, is_core) || is_learned(source, destination);
}

bool Sides::is_learned(const Endpoint& source, const Endpoint& destination) const {
    const Endpoint who = party(source, destination);
    return count(got_, who) > count(sent_, who);
}

Way Sides::way(const Endpoint& source, const Endpoint& destination) const {
    if (is_peer(source.address) && is_core_listener(destination))
        return Way::from_core;
    if (is_pcscf(source, destination)) {
        if (is_peer(destination.address))
            return Way::to_core;
        return guarded_port(source.port) || guarded_port(destination.port) ? Way::to_gm : Way::none;
    }
    if (guarded_port(destination.port) || is_core_listener(destination))
        return Way::from_gm;
    return Way::none;
}

Way Sides::way_of_esp(Address source, Address destination) const {
    const auto guarded = [&](const config::Listener& listener) {
        return listener.address.is_any() || listener.address == destination;
    };
    if (is_pcscf({source, 0}, {destination, 0}))
        return is_peer(destination) ? Way::none : Way::to_gm;
    return std::ranges::any_of(config_.listeners, guarded) ? Way::from_gm : Way::none;
}

bool Sides::opens(const Endpoint& source, const Endpoint& destination) const {
    return source.address != destination.address && is_pcscf(source, destination) &&
           !is_peer(destination.address);
}

void Sides::learn(const sip::Message& message, const Endpoint& source,
                  const Endpoint& destination) {
    if (!message.request || message.method != "REGISTER" || !guarded_port(destination.port))
        return;
    // With a second Via it was forwarded: by a P-CSCF to the core, or by something before it.
    const bool forwarded = message.vias.size() > 1;
    if (forwarded && is_pcscf(source, destination))
        return;
    if (!forwarded)
        sent_[party(source, destination)].insert(destination);
    got_[party(destination, source)].insert(source);
}

} // namespace gmguard::replay
