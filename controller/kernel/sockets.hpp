// SPDX-License-Identifier: BSD-2-Clause
// Sockets as the kernel lists them (sock_diag(7)): where they listen, and which cgroup they were
// made in, which is the one whose programs see what they get; and the end of a TCP connection.
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"
#include "gmguard/abi/keys.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::kernel {

struct Socket {
    Endpoint local; // address all zero: every address of its family
    std::uint64_t cgroup = 0;
    std::uint32_t inode = 0; // as /proc/PID/fd has it: "socket:[INODE]"
    gm_protocol protocol = GM_UDP;
};

// The UDP sockets and the listening TCP sockets of a network namespace, IPv4 and IPv6. Kind
// unsupported: this kernel does not list them.
[[nodiscard]] Result<std::vector<Socket>> sockets(const std::string& netns);

// A TCP connection whose last message's header section is not whole, as gm_stream has it.
struct Unfinished {
    Endpoint local, remote;
    std::uint64_t since_ns = 0; // of CLOCK_MONOTONIC
};

// Of the established connections of a network namespace; `flows` is the descriptor of gm_flows.
[[nodiscard]] Result<std::vector<Unfinished>> unfinished(const std::string& netns, int flows);

// Ends the TCP connection of a network namespace (SOCK_DESTROY): both sides know at once. Kinds:
//   not_found    there is none
//   unsupported  the kernel is built without CONFIG_INET_DIAG_DESTROY
[[nodiscard]] Result<> destroy(const std::string& netns, const Endpoint& local,
                               const Endpoint& remote);

} // namespace gmguard::kernel
