// SPDX-License-Identifier: BSD-2-Clause
// One thing that happened, as operators read it: in GET /v1/events, on the stream, in the CLI.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/checks.h"
#include "gmguard/abi/events.h"
#include "gmguard/abi/reasons.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace gmguard::admin {

using Time = std::chrono::system_clock::time_point; // wall clock, for people only

enum class EventType : std::uint8_t {
    drop,               // a packet was dropped
    would_drop,         // a packet passed that enforce would have dropped
    bound,              // a registration took a selector
    refreshed,          // a binding was extended, or its identities changed
    moved,              // the subscriber uses a new port (D.2.3)
    released,           // de-registration, or DELETE
    expired,            // nobody renewed
    lapsed,             // its associations are gone for long: it keeps nobody out (H21)
    conflict,           // authenticated, but the selector is another user's
    shadowed,           // with conflict: the loser is kept as shadow (H16)
    contested,          // another user was challenged for a selector: its holder is probed
    superseded,         // the holder was silent: the selector is the other user's now
    address_conflict,   // the holder answered: the other user stays in quarantine
    challenged,         // a nonce left to the source that asked: the registration timer runs
    auth_timeout,       // it ended without an authenticated REGISTER (D.2.2)
    reported,           // the home network was told of that; `detail` says what came of it (D.2.2)
    forged_answer,      // an answer that no request of the P-CSCF can have caused (H1)
    not_believed,       // an answer, or the lack of one, that changes nothing; `detail` says why
    sec_agree_mismatch, // a REGISTER repeats another agreement than was made; `detail` (RFC 3329)
    port_reused,        // an authenticated re-registration kept its port (D.2.3)
    adopted,            // a selector was in use before the guard came (H14)
    attached,           // an interface is guarded
    detached,           // an interface is no longer guarded
    mode_changed,       // somebody changed the mode of checks
    config_changed,     // another configuration is in force; `detail` says how much is different
    lost,  // records did not reach the controller: `count` of them, `detail` says which
    alarm, // something an operator must look at; `detail` says what
};

// What a message said of itself; nothing here is proven.
struct EventSip {
    std::string method;         // empty: a response
    int status = 0;             // of a response
    std::string register_class; // "initial", ...; empty where it is no REGISTER in clear
    std::string impi, impu, call_id;
};

// Who holds the selector.
struct EventHolder {
    std::string impi;
    std::optional<Time> since;
    std::string binding;  // id of the binding; may be empty
    std::string selector; // as text; may be empty
};

struct Event {
    std::uint64_t id = 0; // EventLog::append sets it
    Time time;
    EventType type = EventType::alarm;
    std::optional<gm_reason> reason; // its check follows from it
    std::optional<gm_mode> mode;     // the effective mode of that check
    std::string listener;            // empty: none
    std::optional<gm_hook> hook;
    std::string interface; // name; empty: none
    std::optional<Endpoint> source, destination;
    std::optional<gm_protocol> protocol;
    std::optional<EventSip> sip;
    std::optional<EventHolder> bound_to;
    std::uint64_t count = 1;      // how many things this one event stands for
    std::uint64_t suppressed = 0; // reports held back since the last one
    std::string detail;           // one sentence for people; may be empty
};

} // namespace gmguard::admin
