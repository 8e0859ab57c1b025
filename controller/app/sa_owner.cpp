// SPDX-License-Identifier: BSD-2-Clause
#include "app/sa_owner.hpp"

#include "binding/selector.hpp"

#include <algorithm>

namespace gmguard::app {
namespace {

bool has_esp(const config::Listener& listener) {
    return listener.protection == GM_PROTECTION_ESP && !listener.protected_ports.empty();
}

// Of the P-CSCF, as far as phones reach it through IPsec.
bool is_pcscf(const config::Config& config, std::span<const Address> hosts, Address address) {
    return std::ranges::any_of(config.listeners, [&](const config::Listener& listener) {
        return has_esp(listener) &&
               (listener.address.is_any() ? std::ranges::find(hosts, address) != hosts.end()
                                          : listener.address == address);
    });
}

bool is_core(const config::Config& config, Address address) {
    return std::ranges::any_of(config.core.peers,
                               [address](const Prefix& peer) { return peer.contains(address); });
}

const xfrm::Ports& phone_ports(const xfrm::Sa& sa, admin::SaDirection direction) {
    return direction == admin::SaDirection::in ? sa.selector.source_ports
                                               : sa.selector.destination_ports;
}

SaOwner owner_from(const binding::BindingView& view, xfrm::Standing standing) {
    SaOwner owner;
    owner.standing = standing;
    owner.impi = view.impi;
    owner.binding = view.id;
    owner.selector = binding::text(view.selector);
    owner.prefix = Prefix{Address(view.selector.address), view.selector.bits};
    owner.since_ns = view.since_ns;
    return owner;
}

// Somebody at that address, under another port: whose the SA is cannot be told.
SaOwner neighbour(const binding::Policy& policy, Address phone) {
    const auto pending =
        policy.find({.address = phone, .state = GM_STATE_PENDING, .limit = 1}).items;
    if (!pending.empty())
        return owner_from(pending.front(), xfrm::Standing::pending);
    SaOwner owner;
    if (policy.find({.address = phone, .limit = 1}).total != 0)
        owner.standing = xfrm::Standing::unattributed;
    return owner;
}

} // namespace

bool wants_sas(const config::Config& config) {
    return std::ranges::any_of(config.listeners, has_esp);
}

admin::SaDirection direction_of(const config::Config& config, std::span<const Address> hosts,
                                const xfrm::Sa& sa) {
    if (is_pcscf(config, hosts, sa.key.destination) && !is_core(config, sa.source))
        return admin::SaDirection::in;
    if (is_pcscf(config, hosts, sa.source) && !is_core(config, sa.key.destination))
        return admin::SaDirection::out;
    return admin::SaDirection::other;
}

Address phone_of(const xfrm::Sa& sa, admin::SaDirection direction) {
    return direction == admin::SaDirection::in ? sa.source : sa.key.destination;
}

SaOwner owner_of(const binding::Policy& policy, const xfrm::Sa& sa, admin::SaDirection direction,
                 std::uint64_t now_ns) {
    const Address phone = phone_of(sa, direction);
    const auto& ports = phone_ports(sa, direction);
    const std::uint16_t port = ports.is_one() ? ports.port : 0;
    if (const auto holder = policy.holder({phone, port}, now_ns))
        return owner_from(*holder, xfrm::Standing::bound);
    return neighbour(policy, phone);
}

} // namespace gmguard::app
