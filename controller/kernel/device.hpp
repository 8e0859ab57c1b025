// SPDX-License-Identifier: BSD-2-Clause
// A network device as its driver tells of it (netdevice(7), SIOCETHTOOL).
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::kernel {

struct Device {
    bool up = false;
    unsigned mtu = 0;
    std::string driver;                // "veth"; empty: it does not say
    std::vector<std::string> features; // that are on: "rx-lro", "rx-gro-hw", "esp-hw-offload", ...
};

// In the thread's namespace. Kind not_found.
[[nodiscard]] Result<Device> device(const std::string& interface);

} // namespace gmguard::kernel
