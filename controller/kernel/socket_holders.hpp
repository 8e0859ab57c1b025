// SPDX-License-Identifier: BSD-2-Clause
// Sockets by the processes that have them open, for what sock_diag(7) does not tell of them.
#pragma once

#include "base/error.hpp"

#include <sys/types.h>

#include <cstdint>
#include <map>

namespace gmguard::kernel {

struct Holder {
    pid_t process = 0;
    int fd = -1; // in that process
};
using Holders = std::map<std::uint32_t, Holder>; // by Socket::inode

// Of each socket one process that has it. Those of others are seen by root alone.
[[nodiscard]] Holders socket_holders();

// TCP_DEFER_ACCEPT of a TCP socket (tcp(7)), in seconds; 0: it is not set. Needs CAP_SYS_PTRACE,
// but for one's own sockets. Errors: the process has ended, or this one may not ask.
[[nodiscard]] Result<int> defers_accept(const Holder& holder);

} // namespace gmguard::kernel
