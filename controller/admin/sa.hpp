// SPDX-License-Identifier: BSD-2-Clause
// A security association as operators read it: as it is installed, as it was agreed on, and whose
// it is.
#pragma once

#include "admin/event.hpp"
#include "base/address.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gmguard::admin {

enum class SaDirection : std::uint8_t {
    in,    // from a phone to the P-CSCF
    out,   // to a phone
    other, // not of the Gm interface
};

enum class SaState : std::uint8_t {
    bound,        // its user is registered
    pending,      // its user was challenged
    unattributed, // whose it is is not known, and need not be yet
    orphan,       // nobody's
    stale,        // its binding has ended
    refused,      // somebody else is bound to where it ends (H3)
    unguarded,    // not of the Gm interface: not looked at
};

struct SaAlgorithm {
    std::string name; // the kernel's: "hmac(sha1)"
    std::uint32_t key_bits = 0;
    std::uint32_t icv_bits = 0; // 0: none, or not told
};

// What ends it; none: for ever.
struct SaLifetime {
    std::optional<std::uint64_t> add_s, use_s; // since it was added, or first used
    std::optional<std::uint64_t> bytes, packets;
};

struct SaInstalled {
    std::string protocol, mode; // "esp", "transport"
    std::optional<SaAlgorithm> integrity, encryption, aead;
    std::string selector;
    std::uint32_t reqid = 0;
    SaLifetime soft, hard;
    std::uint64_t bytes = 0, packets = 0; // at most a minute old
    std::optional<Time> added, used;
    bool in_udp = false; // RFC 3948
    std::uint32_t output_mark = 0;
    std::vector<std::string> policies; // of the SPD, that lead to it: "in 192.0.2.7/32 port ..."
};

// A mechanism of Security-Server.
struct SaAgreed {
    std::string mechanism, alg, ealg, prot, mod; // empty: not given
    std::optional<std::uint32_t> spi_c, spi_s;
    std::optional<std::uint16_t> port_c, port_s;
};

struct SaDeviation {
    std::string fault; // a stable name: "integrity_key"
    std::string text;
};

struct Sa {
    std::string id; // "0x00001001@192.0.2.1"; more where that is not unique
    std::uint32_t spi = 0;
    SaDirection direction = SaDirection::other;
    SaState state = SaState::unguarded;
    std::string netns; // as configured; empty: the controller's own
    Address source, destination;
    SaInstalled installed;
    std::optional<SaAgreed> agreed;
    std::optional<EventHolder> holder;
    std::vector<SaDeviation> deviations;
};

// All that is given must hold.
struct SaQuery {
    std::string impi;                  // of the holder, as it is written
    std::optional<Prefix> prefix;      // one of its ends lies in it
    std::optional<std::uint16_t> port; // one of its selector
    std::optional<std::uint32_t> spi;
    std::optional<SaDirection> direction;
    std::optional<SaState> state;
    std::optional<bool> deviates;
    std::size_t limit = 100; // 1 .. 1000
    std::string cursor;      // as an earlier page gave it; empty: from the start
};

struct SaPage {
    std::vector<Sa> items;   // in an order that does not change while SAs come and go
    std::string next_cursor; // [A-Za-z0-9_.~-]*; empty: this was the last page
    std::size_t total = 0;   // matches of the whole query
};

using SaCounts = std::map<std::pair<SaDirection, SaState>, std::uint64_t>;

} // namespace gmguard::admin
