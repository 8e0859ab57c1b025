// SPDX-License-Identifier: BSD-2-Clause
#include "app/sa_owner.hpp"

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

xfrm::Standing standing_of(const binding::SpiView& view) {
    if (view.state == GM_SPI_REFUSED)
        return xfrm::Standing::refused;
    if (!view.binding_id.empty())
        return xfrm::Standing::bound;
    if (view.selector.empty())
        return xfrm::Standing::nobody;
    return view.admitted ? xfrm::Standing::pending : xfrm::Standing::gone;
}

// What goes with spi-s comes from the phone's client port, which is the one of its selector.
void add_selector(SaOwner& owner, const gm_selector& selector, std::uint32_t spi) {
    owner.prefix = Prefix{Address(selector.address), selector.bits};
    if (owner.agreed && owner.agreed->spi_s == spi && selector.port != 0)
        owner.phone_ports = {selector.port};
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

std::uint16_t phone_port(const xfrm::Sa& sa, admin::SaDirection direction) {
    const auto& ports = direction == admin::SaDirection::in ? sa.selector.source_ports
                                                            : sa.selector.destination_ports;
    return ports.is_one() ? ports.port : 0;
}

SaOwner owner_of(const binding::Policy& policy, const xfrm::Sa& inbound, std::uint64_t now_ns) {
    const auto view = policy.spi(inbound.key.destination, inbound.key.spi, now_ns);
    SaOwner owner;
    if (!view)
        return owner;
    owner.standing = standing_of(*view);
    owner.impi = view->impi;
    owner.binding = view->binding_id;
    owner.selector = view->selector;
    owner.agreed = view->negotiated;
    owner.doubted = view->doubted;
    if (const auto binding = policy.find(view->binding_id)) {
        owner.since_ns = binding->since_ns;
        add_selector(owner, binding->selector, inbound.key.spi);
    }
    return owner;
}

} // namespace gmguard::app
