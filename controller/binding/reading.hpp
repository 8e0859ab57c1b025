// SPDX-License-Identifier: BSD-2-Clause
// What a REGISTER asks for, and what the answer to it grants.
#pragma once

#include "binding/hashing.hpp"
#include "binding/holding.hpp"
#include "binding/selector.hpp"
#include "sip/message.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gmguard::binding {

enum class Wish : std::uint8_t {
    query,  // no Contact, or none that can be told to be the sender's: changes nothing
    bind,   //
    remove, // expiry 0, or "*" with Expires 0
};

struct Ask {
    Wish wish = Wish::query;
    bool all = false;          // "*"
    bool ours = false;         // its Contact lies in the sender's selector
    std::uint64_t contact = 0; // hash of its Contact
    std::uint32_t expires_s = 0;
};

// Of several Contacts the one that lies in the sender's selector counts; a single one counts
// wherever it points (contact_source judges that). An absent expiry reads as `default_expires_s`.
[[nodiscard]] Ask read_ask(const sip::Message& request, const gm_selector& sender,
                           std::uint32_t default_expires_s, const Hasher& hasher);

// The ports that the Security-Client names; of several mechanisms all must name the same.
[[nodiscard]] ClientPorts client_ports(const sip::Message& message);

// What a 2xx says of the Contact that was asked for.
struct Granted {
    bool listed = false; // the Contact is among those of the answer
    std::uint32_t expires_s = 0;
};

// `contacts`: hashes of the Contact as the phone wrote it and as it went on to the core; 0 is
// none's. Where none of them is listed, one that lies in the sender's selector is taken for it. Not
// listed: the expiry is the answer's Expires, else what was asked for, up to kLongestAsked.
[[nodiscard]] Granted read_granted(const sip::Message& answer, const Ask& ask,
                                   std::span<const std::uint64_t> contacts,
                                   const gm_selector& sender, const Hasher& hasher);

// The registration time that 24.229 gives a phone to ask for.
inline constexpr std::uint32_t kLongestAsked = 600'000;

// P-Associated-URI, each identity once, those without canonical form left out; where there is
// none, the To.
[[nodiscard]] std::vector<Identity> read_identities(const sip::Message& answer,
                                                    const Hasher& hasher);

// What names a transaction to all who see it pass: Call-ID, CSeq, From tag, and the phone's Via
// (sent-by and branch). Its other part, the selector, only the first hop knows.
[[nodiscard]] gm_u128 transaction_key(const sip::Message& message, const sip::Via& phone,
                                      const Hasher& hasher);

// A Via as its owner wrote it: transport, sent-by, branch.
[[nodiscard]] gm_u128 via_key(const sip::Via& via, const Hasher& hasher);

// Where the next hop saw the message of this Via come from: received and rport, else a literal
// sent-by (RFC 3261 18.2.1: the next hop MUST add received where they differ). False: from
// elsewhere than `source`. A name without received tells nothing: true.
[[nodiscard]] bool may_come_from(const sip::Via& phone, const Endpoint& source);

} // namespace gmguard::binding
