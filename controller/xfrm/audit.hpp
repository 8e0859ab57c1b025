// SPDX-License-Identifier: BSD-2-Clause
// An SA as it is installed, against what phone and P-CSCF agreed on (Security-Server, RFC 3329;
// TS 33.203 Annex H), against the selector of who holds it, and against the parameters of D.1: ESP,
// life in seconds, keys of 128 bits. Pure.
#pragma once

#include "base/address.hpp"
#include "sip/message.hpp"
#include "xfrm/sa.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::xfrm {

// Public: they are labels of metrics. New ones come at the end.
enum class Fault : std::uint8_t {
    protocol,             // not ESP
    mode,                 // not the mode that was agreed on
    integrity_algorithm,  // another one than agreed, or none of Annex H
    integrity_key,        // its key, or its ICV, has another length
    encryption_algorithm, // the same of encryption
    encryption_key,
    lifetime,        // it ends by itself before 2^32-1 seconds, or by what it carried
    foreign_address, // one of its ends is not who holds it, or not the P-CSCF
    foreign_port,    // a port of its selector is none that was agreed on
    wide_selector,   // its selector takes other sources than the holder's, or any port
    foreign_spi,     // neither spi-c nor spi-s
    orphan,          // nobody holds it, and nobody is about to
    stale,           // who held it does so no longer
    too_many,        // more than six for one user and direction (TS 33.203 7.1)
    refused,         // its port is another subscriber's (H3)
    agreement,       // what the phone repeated of sec-agree is not what was agreed on
    blind,           // behind NAT, on a kernel that does not tell what came by it: refused (H24)
};
inline constexpr std::size_t kFaults = 17;
[[nodiscard]] std::string_view name(Fault fault); // "integrity_key"

struct Deviation {
    Fault fault = Fault::protocol;
    std::string text; // one sentence for people
    friend bool operator==(const Deviation&, const Deviation&) = default;
};

enum class Standing : std::uint8_t {
    unattributed, // who holds it cannot be known: neither orphan nor stale
    nobody,
    pending, // challenged
    bound,
    gone,    // was bound
    refused, // somebody else is bound to where it ends
};

inline constexpr std::size_t kMostOfOneUser = 6; // SAs in one direction

struct Expected {
    bool inbound = true; // from the phone
    Standing standing = Standing::unattributed;
    // The rest of where the SA should end: where it is not given, it is not looked at.
    std::optional<Address> pcscf;
    std::optional<Prefix> holder;                 // the address or prefix of the holder's selector
    std::vector<std::uint16_t> phone_ports;       // any of them; empty: not known
    std::optional<sip::SecurityMechanism> agreed; // what Security-Server had
    bool doubted = false;                         // the phone repeated another agreement
    bool told_apart = true;                       // the kernel tells which SA decrypted a message
    std::size_t of_user = 1; // SAs of that user in that direction, this one included
};

// In the order of enum Fault; empty: as it should be.
[[nodiscard]] std::vector<Deviation> audit(const Sa& sa, const Expected& expected);

} // namespace gmguard::xfrm
