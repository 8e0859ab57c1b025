// SPDX-License-Identifier: BSD-2-Clause
// A SIP message as the shared scanner (gmguard/proto) reads it, in types that C++ likes.
// A Message owns its text and outlives the bytes it was read from. Its parts are views of that text
// (sip/text.hpp): what outlives it takes a string() of them.
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"
#include "gmguard/abi/reasons.h"
#include "sip/text.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::sip {

struct Uri {
    Text text;   // as written, from the scheme to host and port, without parameters
    Text scheme; // lower case: "sip", "sips", "tel", ...
    Text user;   // as written; the number of a tel: URI
    Text host;   // as written, without brackets
    std::optional<std::uint16_t> port;
    std::optional<Address> address; // where the host is a literal
};

struct Contact {
    bool star = false; // "*": uri is empty
    Uri uri;
    std::optional<std::uint32_t> expires; // its own ;expires=, seconds
};

struct Via {
    Text transport;         // "UDP"
    Text host;              // sent-by, without brackets
    std::uint16_t port = 0; // 0 where absent
    Text branch;
    // What the next hop wrote into it (RFC 3261 18.2.1, RFC 3581): where the message came from.
    std::optional<Address> received;
    std::optional<std::uint16_t> rport;
};

// Authorization or WWW-Authenticate. A parameter that is absent is nullopt, one that is empty is
// "".
struct Digest {
    Text scheme;
    std::optional<Text> username, realm, nonce, uri, response, auts, algorithm, integrity_protected;
    bool has_keys = false; // ck= or ik= are there
};

// One mechanism of Security-Client, -Server or -Verify (RFC 3329; TS 33.203 Annex H). Its own text:
// it stays with the association.
struct SecurityMechanism {
    std::string mechanism; // "ipsec-3gpp"
    std::string alg, ealg, prot, mod;
    std::optional<std::uint32_t> spi_c, spi_s;
    std::optional<std::uint16_t> port_c, port_s;
};

// What a REGISTER on the unprotected port is, by auts, then response, then nonce (D.1 4; RFC 3310).
enum class RegisterClass : std::uint8_t {
    initial,
    network_auth_failure,
    sync_failure,
    clear_response,
    other_scheme,
};

struct Message {
    bool request = false;
    Text method;    // of a request; of a response the method in CSeq
    int status = 0; // of a response
    std::optional<Uri> request_uri;
    std::optional<Uri> from, to;
    Text from_tag, to_tag;
    Text call_id;
    std::optional<std::uint32_t> cseq;
    Text cseq_method;
    std::vector<Via> vias;                       // topmost first
    std::vector<Contact> contacts;               // of all Contact headers
    std::optional<std::uint32_t> expires;        // the Expires header, seconds
    std::optional<Digest> authorization;         // of a request
    std::optional<Digest> challenge;             // WWW-Authenticate of a response
    std::optional<RegisterClass> register_class; // of a REGISTER
    std::vector<SecurityMechanism> security_client, security_server, security_verify;
    std::vector<Uri> associated_uris; // P-Associated-URI, in order; the first is the default IMPU
    std::vector<Uri> preferred_identities, asserted_identities;
    std::vector<Uri> routes;
    Text event;                         // the Event header's package
    std::shared_ptr<const void> memory; // of what was read, that all of them are views of

    // As new, but for the room of its lists.
    void clear();

    // The private identity: Authorization's username, in its absence (or where it is empty)
    // "user@host" of To (TS 33.203 derivation). Empty where neither is there.
    [[nodiscard]] std::string impi() const;
};

// What could be read, and what stands against it.
struct Reading {
    Message message;
    gm_reason reason = GM_REASON_none; // malformed, ambiguous or oversize: do not act on it
    std::string why;                   // in words; empty where there is no reason
};

// Reads one UDP payload, as far as it goes: for showing it. None where the scanner finds no SIP
// message (not_sip). Parts that break their own grammar (a Contact that is no URI) are left out; a
// Via that does is there, but empty.
[[nodiscard]] std::optional<Reading> read(std::string_view payload);

// The same for acting on it: fails (kind invalid; `what` is the reason's name as in
// gmguard/abi/reasons.h and why) where there is a reason against it.
[[nodiscard]] Result<Message> parse(std::string_view payload);
// Into `message`, which holds what could be read where it fails.
[[nodiscard]] Result<> parse(std::string_view payload, Message& message);

// What hear() reads.
enum class Depth : std::uint8_t {
    registration, // what a registration is judged by: not the Request-URI, the URI of From,
                  // P-Preferred- and P-Asserted-Identity, Route, Event; of Authorization user and
                  // nonce, of a challenge realm, nonce and algorithm; register_class stays empty
    hop,          // nor what a phone and its P-CSCF agree on between them: Security-*
};
// Into `message`, to act on it at once: the parts are views of `payload`. False where parse()
// fails.
[[nodiscard]] bool hear(std::string_view payload, Depth depth, Message& message);

// The status of an answer, by its start line alone; 0: it is none.
[[nodiscard]] int status_of(std::string_view payload);

// Names as in JSON: "initial", "network_auth_failure", ...
[[nodiscard]] std::string_view name(RegisterClass c);

} // namespace gmguard::sip
