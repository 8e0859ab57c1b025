// SPDX-License-Identifier: BSD-2-Clause
// Whose an SA is.
#pragma once

#include "admin/sa.hpp"
#include "binding/policy.hpp"
#include "config/config.hpp"
#include "sip/message.hpp"
#include "xfrm/audit.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gmguard::app {

// By its ends: a listener's address is one of them, and no core peer's the other. `hosts`: the
// addresses that a listener on every address has.
[[nodiscard]] admin::SaDirection direction_of(const config::Config& config,
                                              std::span<const Address> hosts, const xfrm::Sa& sa);

// Whether this configuration has a listener with IPsec on this host.
[[nodiscard]] bool wants_sas(const config::Config& config);

// The phone's end of an SA of the Gm interface.
[[nodiscard]] Address phone_of(const xfrm::Sa& sa, admin::SaDirection direction);

struct SaOwner {
    xfrm::Standing standing = xfrm::Standing::nobody;
    std::string impi, binding, selector;    // empty: none
    std::optional<Prefix> prefix;           // of the selector
    std::vector<std::uint16_t> phone_ports; // that go with it; empty: any
    std::uint64_t since_ns = 0;
    std::optional<sip::SecurityMechanism> agreed;
    bool doubted = false; // as SpiView
};

// Of an inbound SA, as the policy says. An outbound one, whose SPI the phone chose, is that one's
// whose inbound SA ends at the same port of the phone.
[[nodiscard]] SaOwner owner_of(const binding::Policy& policy, const xfrm::Sa& inbound,
                               std::uint64_t now_ns);

// The port of its selector at the phone; 0: any.
[[nodiscard]] std::uint16_t phone_port(const xfrm::Sa& sa, admin::SaDirection direction);

} // namespace gmguard::app
