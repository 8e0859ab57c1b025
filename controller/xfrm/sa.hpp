// SPDX-License-Identifier: BSD-2-Clause
// A security association and an entry of the security policy database (RFC 4301 4.4) as XFRM has
// them. Ports, SPIs and addresses in host order. Nothing here holds key material: of a key only the
// number of its bits is known.
#pragma once

#include "base/address.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::xfrm {

enum class Protocol : std::uint8_t { esp = 50, ah = 51, other = 0 };
enum class Mode : std::uint8_t { transport, tunnel, other };
enum class Direction : std::uint8_t { in, out, forward };

[[nodiscard]] std::string_view name(Protocol protocol);   // "esp"
[[nodiscard]] std::string_view name(Mode mode);           // "transport"
[[nodiscard]] std::string_view name(Direction direction); // "in"

struct Ports {
    std::uint16_t port = 0;
    std::uint16_t mask = 0; // 0: any port, 0xffff: this one

    [[nodiscard]] bool holds(std::uint16_t other) const { return ((port ^ other) & mask) == 0; }
    [[nodiscard]] bool is_one() const { return mask == 0xffff; }
    friend bool operator==(const Ports&, const Ports&) = default;
};

// Which packets: all that is given must hold.
struct Selector {
    Prefix source, destination; // {::, 0}: any of both families
    Ports source_ports, destination_ports;
    std::uint8_t protocol = 0; // IANA number; 0: any

    // "192.0.2.7/32 port 5060 > 192.0.2.1/32 port 5100 udp"; "any": no address is ruled out.
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Selector&, const Selector&) = default;
};

// Name as the kernel has it ("hmac(sha1)"); empty: there is none.
struct Algorithm {
    std::string name;
    std::uint32_t key_bits = 0;
    std::uint32_t icv_bits = 0; // of integrity and AEAD, after truncation; 0: not told

    // "hmac(sha1) 160/96", "cbc(aes) 128", "none"
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Algorithm&, const Algorithm&) = default;
};

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// Seconds: since it was added or first used, 0: for ever.
struct Limit {
    std::uint64_t add_seconds = 0, use_seconds = 0;
    std::uint64_t bytes = kNoLimit, packets = kNoLimit;
    friend bool operator==(const Limit&, const Limit&) = default;
};

// As of the message that told it: the kernel tells of no packet.
struct Usage {
    std::uint64_t bytes = 0, packets = 0;
    std::uint64_t added = 0;      // seconds since 1970
    std::uint64_t first_used = 0; // seconds since 1970; 0: not yet
    friend bool operator==(const Usage&, const Usage&) = default;
};

struct Mark {
    std::uint32_t value = 0, mask = 0;
    friend constexpr auto operator<=>(const Mark&, const Mark&) = default;
};

// UDP encapsulation (RFC 3948).
struct Encapsulation {
    std::uint16_t type = 0; // 2: UDP_ENCAP_ESPINUDP
    std::uint16_t source_port = 0, destination_port = 0;
    friend bool operator==(const Encapsulation&, const Encapsulation&) = default;
};

// What the kernel tells one SA from another by, in one network namespace.
struct SaKey {
    Address destination;
    std::uint32_t spi = 0;
    std::uint8_t protocol = 0; // IANA number
    Mark mark;
    friend constexpr auto operator<=>(const SaKey&, const SaKey&) = default;
};

struct Sa {
    SaKey key;
    Address source;
    Protocol protocol = Protocol::other;
    Mode mode = Mode::other;
    std::uint32_t reqid = 0; // links it to templates of policies
    Selector selector;
    Algorithm integrity, encryption, aead;
    Limit soft, hard;
    Usage usage;
    std::optional<Encapsulation> encapsulation;
    std::uint32_t output_mark = 0; // 0: none

    // It was only asked for, and nobody has answered yet.
    [[nodiscard]] bool is_acquire() const { return key.spi == 0; }
    friend bool operator==(const Sa&, const Sa&) = default;
};

// What a policy wants of the SA that carries its packets; 0 and any: whatever.
struct Template {
    Address source, destination;
    std::uint32_t spi = 0;
    std::uint32_t reqid = 0;
    Protocol protocol = Protocol::other;
    Mode mode = Mode::other;
    friend bool operator==(const Template&, const Template&) = default;
};

struct Policy {
    std::uint32_t index = 0; // the kernel's; never 0
    Selector selector;
    Direction direction = Direction::in;
    std::uint32_t priority = 0;
    bool blocks = false;
    std::vector<Template> templates;
    friend bool operator==(const Policy&, const Policy&) = default;
};

} // namespace gmguard::xfrm
