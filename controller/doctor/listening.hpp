// SPDX-License-Identifier: BSD-2-Clause
// Sockets of a host against the listeners of a configuration.
#pragma once

#include "config/config.hpp"
#include "kernel/sockets.hpp"

#include <span>
#include <vector>

namespace gmguard::doctor {

// Whether what comes to the listener may get to the socket.
[[nodiscard]] bool takes(const config::Listener& listener, const Endpoint& socket);

// Sockets that look like the P-CSCF's towards phones and that no listener names: on SIP's own
// ports, or, of UDP, made in the same cgroup as a socket that one names. Not those on loopback, nor
// those that are configured as the P-CSCF's on Mw.
[[nodiscard]] std::vector<Endpoint> not_configured(const config::Config& config,
                                                   std::span<const kernel::Socket> sockets);

// Of each listener, its addresses and ports where no socket is.
[[nodiscard]] std::vector<Endpoint> nobody_listens(const config::Listener& listener,
                                                   std::span<const kernel::Socket> sockets);

} // namespace gmguard::doctor
