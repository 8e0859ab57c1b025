// SPDX-License-Identifier: BSD-2-Clause
// What a Kamailio P-CSCF listens on, as its configuration says.
#pragma once

#include "kamailio/preprocess.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::kamailio {

enum class Transport : std::uint8_t { udp, stream }; // stream: TCP, TLS, SCTP, WebSocket

struct Socket {
    Transport transport = Transport::udp;
    std::string host;        // as written, without brackets: an address, or what is none
    std::uint16_t first = 0; // ports
    std::uint16_t last = 0;
    bool is_protected = false; // opened by ims_ipsec_pcscf
    Place place;
};

struct Alias {
    std::string host;
    Place place;
};

struct Pcscf {
    std::string file; // the one that Kamailio is started with
    std::vector<Socket> sockets;
    std::vector<Alias> aliases;
    std::optional<Place> ipsec; // where ims_ipsec_pcscf is loaded
};

// `path`: that file, or its directory. Errors as of preprocess(); not_found: the directory has
// none, or more than one that could be it.
[[nodiscard]] Result<Pcscf> read(const std::string& path, const Defines& defines = {});

} // namespace gmguard::kamailio
