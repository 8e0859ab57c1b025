// SPDX-License-Identifier: BSD-2-Clause
// UDP sockets as the kernel lists them (sock_diag(7)): where they listen, and which cgroup they
// were made in, which is the one whose programs see what they get.
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::kernel {

struct UdpSocket {
    Endpoint local; // address all zero: every address of its family
    std::uint64_t cgroup = 0;
    std::uint32_t inode = 0; // as /proc/PID/fd has it: "socket:[INODE]"
};

// Those of a network namespace, IPv4 and IPv6. Kind unsupported: this kernel does not list them.
[[nodiscard]] Result<std::vector<UdpSocket>> udp_sockets(const std::string& netns);

} // namespace gmguard::kernel
