// SPDX-License-Identifier: BSD-2-Clause
// What is known of the other side of a connection before it says anything.
#pragma once

#include "base/address.hpp"

#include <optional>
#include <string>

namespace gmguard::admin {

struct Peer {
    std::string name;               // for people: "uid 0 gid 0 pid 123", "192.0.2.7:40000"
    std::optional<Address> address; // its own; none on a unix socket
    std::optional<Address> local;   // where it came in; none on a unix socket
    std::string certificate;        // common name of the certificate it proved to hold; or empty
};

} // namespace gmguard::admin
