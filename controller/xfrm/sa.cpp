// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/sa.hpp"

#include <netinet/in.h>

#include <fmt/format.h>

namespace gmguard::xfrm {
namespace {

std::string side(const Prefix& prefix, const Ports& ports) {
    const std::string address = prefix.bits == 0 ? "any" : prefix.text();
    if (ports.mask == 0)
        return address;
    return ports.is_one() ? fmt::format("{} port {}", address, ports.port)
                          : fmt::format("{} port {}/{:#x}", address, ports.port, ports.mask);
}

std::string protocol_text(std::uint8_t protocol) {
    switch (protocol) {
    case 0:
        return "";
    case IPPROTO_UDP:
        return " udp";
    case IPPROTO_TCP:
        return " tcp";
    default:
        return fmt::format(" protocol {}", protocol);
    }
}

} // namespace

std::string_view name(Protocol protocol) {
    switch (protocol) {
    case Protocol::esp:
        return "esp";
    case Protocol::ah:
        return "ah";
    default:
        return "other";
    }
}

std::string_view name(Mode mode) {
    switch (mode) {
    case Mode::transport:
        return "transport";
    case Mode::tunnel:
        return "tunnel";
    default:
        return "other";
    }
}

std::string_view name(Direction direction) {
    switch (direction) {
    case Direction::in:
        return "in";
    case Direction::out:
        return "out";
    default:
        return "forward";
    }
}

std::string Selector::text() const {
    return side(source, source_ports) + " > " + side(destination, destination_ports) +
           protocol_text(protocol);
}

std::string Algorithm::text() const {
    if (name.empty())
        return "none";
    return icv_bits == 0 ? fmt::format("{} {}", name, key_bits)
                         : fmt::format("{} {}/{}", name, key_bits, icv_bits);
}

} // namespace gmguard::xfrm
