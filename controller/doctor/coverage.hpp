// SPDX-License-Identifier: BSD-2-Clause
// Whether gm_inside sees what the P-CSCF's sockets get: a cgroup program judges for the sockets
// that were made in its cgroup or below, and for no others (H7).
#pragma once

#include "config/config.hpp"
#include "kernel/sockets.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gmguard::doctor {

// What is wrong with one, for the operator.
[[nodiscard]] std::string complaint(const std::string& uncovered_socket);

// The path of a cgroup by its number; empty: it is gone.
using CgroupPath = std::function<std::string(std::uint64_t)>;

// Of the sockets that a listener's messages may get to, those made outside of the cgroup `guarded`:
// "192.0.2.1:5060 (cgroup /sys/fs/cgroup/unified)", each once.
[[nodiscard]] std::vector<std::string> uncovered(const config::Config& config,
                                                 std::span<const kernel::Socket> sockets,
                                                 const std::string& guarded,
                                                 const CgroupPath& path_of);

// The same, of these network namespaces: those that Gm interfaces are in. Without a cgroup there is
// none to be in: nothing is uncovered by this rule. Errors as of kernel::sockets.
[[nodiscard]] Result<std::vector<std::string>> uncovered(const config::Config& config,
                                                         std::span<const std::string> namespaces);

} // namespace gmguard::doctor
