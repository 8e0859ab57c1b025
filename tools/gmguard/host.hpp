// SPDX-License-Identifier: BSD-2-Clause
// What this machine shows of a P-CSCF on it: interfaces with their addresses, and UDP sockets with
// the programs that have them.
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"

#include <string>
#include <vector>

namespace gmguard::cli {

struct HostInterface {
    std::string name;
    std::vector<Address> addresses;
};

struct HostSocket {
    Endpoint local;      // address all zero: every address of its family
    std::string program; // "kamailio"; empty: not known
};

struct Host {
    std::vector<HostInterface> interfaces; // without loopback; those that have addresses
    std::vector<HostSocket> sockets;

    // The interface that has this address, or null.
    [[nodiscard]] const HostInterface* with(Address address) const;
};

// Of the network namespace that this runs in. Programs are seen by root alone.
[[nodiscard]] Result<Host> this_host();

} // namespace gmguard::cli
