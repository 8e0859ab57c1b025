// SPDX-License-Identifier: BSD-2-Clause
// Sockets of the admin interface as the kernel knows them.
#pragma once

#include "admin/peer.hpp"
#include "base/address.hpp"
#include "base/error.hpp"

namespace gmguard::admin {

// A listening descriptor, non-blocking, which is the caller's. Errors: conflict, the port is in
// use; system.
[[nodiscard]] Result<int> listen_tcp(const Endpoint& at);

// Where a TCP socket is bound to.
[[nodiscard]] Endpoint bound_to(int fd);
// Who is at the other end of a connected unix or TCP socket.
[[nodiscard]] Peer peer_at(int fd);

} // namespace gmguard::admin
