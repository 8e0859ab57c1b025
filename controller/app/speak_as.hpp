// SPDX-License-Identifier: BSD-2-Clause
// Speaking from a socket's address that another program has: how the P-CSCF's own protected port
// asks a phone whether it is there, and the kernel's policies encrypt that as they do the P-CSCF's
// own messages.
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"

#include <string_view>

namespace gmguard::app {

// Sends one datagram in the thread's network namespace. The socket that does it lives only for the
// send, is bound to every address and connected to nobody: what comes in meanwhile goes to the
// program that has the port, for the kernel takes a socket with an address, or an IPv4 one, before
// one like this. Error: not sent. Kind conflict: the other program's socket has no SO_REUSEADDR.
// True: sent, but something that was meant for the other program came here, and is lost. That can
// be where its socket is an IPv6 one, bound to every address too.
[[nodiscard]] Result<bool> send_as(const Endpoint& from, const Endpoint& to,
                                   std::string_view datagram);

} // namespace gmguard::app
