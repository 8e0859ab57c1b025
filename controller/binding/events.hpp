// SPDX-License-Identifier: BSD-2-Clause
// What the policy is told. All times are nanoseconds of the clock that the kernel programs use
// (CLOCK_MONOTONIC, or a capture's in a replay).
//
// ORDER. Events come in the order of their times, and a cause always before its effect. A consumer
// of several rings has this if it empties gm_sip_core into a buffer first, then gm_sip_inner and
// gm_sip_clear, and then feeds all by time_ns: whatever caused a record of gm_sip_core is in the
// other rings before it.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/keys.h"
#include "sip/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gmguard::binding {

// A message as a tap saw it.
struct Heard {
    std::uint64_t now_ns = 0;
    Endpoint source;
    Endpoint destination;
    std::uint32_t listener = 0; // its id, or 0
    sip::Message message;
    // The source's address as the P-CSCF sees it, where it came by a tunnel: what is in Via and
    // Contact. Two phones may have the same.
    std::optional<Address> inner = {};
};

// Where a message was heard, which says what it is.
enum class Tap : std::uint8_t {
    // A REGISTER from a phone that was admitted on an unprotected port. It proves nothing: it can
    // only be challenged.
    clear,
    // A REGISTER from a phone that was admitted on a protected port: the only kind that can commit
    // (H10).
    inner,
    // A REGISTER on its way from the P-CSCF to a core peer, as gm_onward saw it: tells the P-CSCF's
    // own Via of the transaction (H1).
    onward,
    // An answer to REGISTER from a core peer, not from a Gm interface (H8).
    core,
    // An answer to REGISTER that the P-CSCF sends to a phone: destination is the phone.
    leaving,
};

// Time passes. Once a second will do; nothing else ends what has to end in user space. The kernel
// ends an expired binding by itself.
struct Tick {
    std::uint64_t now_ns = 0;
};

// A message that passed on a protected port in monitor, from a selector without binding.
struct Unregistered {
    std::uint64_t now_ns = 0;
    Endpoint source;
    std::uint32_t listener = 0; // its id
};

// What the kernel wrote into a binding: asked for by Policy::watched().
struct Seen {
    std::uint64_t now_ns = 0;
    gm_selector selector{};
    std::uint64_t last_seen_ns = 0;
};

// The P-CSCF has a security association for what comes to `destination` with `spi` (XFRM).
struct SaInstalled {
    std::uint64_t now_ns = 0;
    Address destination; // the P-CSCF's
    std::uint32_t spi = 0;
    Endpoint source;        // the phone's; its port by the association's selector, 0: any
    std::uint16_t port = 0; // the P-CSCF's; 0: any
    bool early = false;     // it was there when the guard came to where it is
    // Until when whose it is may be adopted, where nobody is bound (H14); 0: not at all.
    std::uint64_t adopted_until_ns = 0;
    bool blind = false;  // behind NAT, where addresses are anybody's, and the kernel does not
                         // tell which messages came by it (H24)
    bool tunnel = false; // the phone has another address inside of it
};
struct SaRemoved {
    std::uint64_t now_ns = 0;
    Address destination;
    std::uint32_t spi = 0;
};

// A series of probes has ended (Probe::number): the phone answered one, or none.
struct Probed {
    std::uint64_t now_ns = 0;
    std::uint64_t number = 0;
    bool answered = false;
};

// Records of a ring did not reach the policy (gm_losses grew). Nothing is admitted because of it:
// whoever can fill a ring must not gain by it (H4).
struct Lost {
    std::uint64_t now_ns = 0;
    std::string ring; // "gm_sip_core"
    std::uint64_t count = 0;
};

// What is no message.
using Event = std::variant<Unregistered, Tick, Seen, SaInstalled, SaRemoved, Probed, Lost>;

// By an operator or a lease feed; answered at once (Policy::add, Policy::release).
struct Add {
    std::uint64_t now_ns = 0;
    Endpoint source; // port 0: allowed only where the port does not count
    std::string impi;
    std::vector<std::string> impus; // at least one; the first is the default
    std::uint64_t lifetime_ns = 0;  // > 0
};

} // namespace gmguard::binding
