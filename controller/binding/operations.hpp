// SPDX-License-Identifier: BSD-2-Clause
// What the policy answers: operations on the kernel's maps, and notices for people.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/keys.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gmguard::binding {

// One write to one map. Their order counts as far as kernel::apply() says: on a commit the
// identities come before the binding, on a removal the binding goes first, so that the kernel never
// sees a binding whose identities are not there yet. Every Put replaces what is there; erasing what
// is gone is no error.
struct PutBinding {
    gm_selector key{};
    gm_binding value{}; // last_seen_ns 0: keep what the entry has
};
struct EraseBinding {
    gm_selector key{};
};
struct PutOwner {
    gm_u128 identity = 0;
    gm_owner value{};
};
struct EraseOwner {
    gm_u128 identity = 0;
};
// In gm_owners too, of one who has the identity beside its owner.
struct PutShared {
    gm_u128 identity = 0;
    std::uint64_t subscriber = 0;
};
struct EraseShared {
    gm_u128 identity = 0;
    std::uint64_t subscriber = 0;
};
struct PutChallenge {
    gm_challenge_key key{};
    gm_challenge value{};
};
struct EraseChallenge {
    gm_challenge_key key{};
};

struct PutSpi {
    gm_spi_key key{};
    gm_spi value{};
};
struct EraseSpi {
    gm_spi_key key{};
};

using Operation = std::variant<PutBinding, EraseBinding, PutOwner, EraseOwner, PutShared,
                               EraseShared, PutChallenge, EraseChallenge, PutSpi, EraseSpi>;

enum class NoticeKind : std::uint8_t {
    bound,      // a registration took a selector
    refreshed,  // a binding was extended, or its identities changed
    released,   // de-registered (then in cooldown), or released through the API (then gone)
    expired,    // nobody refreshed it
    lapsed,     // all its associations are gone for long: it excludes nobody any more (H21)
    moved,      // D.2.3: the subscriber uses a new port, the old selector goes after its grace
    conflict,   // authenticated, but the selector is another user's: `other_impi` holds it
    shadowed,   // with conflict, once per user and selector: the loser is kept as shadow (H16)
    contested,  // another user was challenged for a selector: its holder, `other_impi`, is probed
    superseded, // the holder `other_impi` was silent: the selector is the other user's now
    address_conflict, // the holder `other_impi` answered: who else was accepted is in quarantine
    challenged,       // a nonce left to the source that asked for it: the registration timer runs
    auth_timeout,     // the registration timer ended without an authenticated REGISTER (D.2.2)
    forged_answer,    // an answer that the P-CSCF's request cannot have caused (H1); see `doubt`
    not_believed,     // an answer, or the lack of one, that changes nothing; see `doubt`
    port_reused,      // an authenticated re-registration kept its port (D.2.3 asks for a new one)
    adopted, // it was there before the guard: passes, without a user, until it registers (H14)
    lost,    // records of a ring are missing: `detail` names it, `count` says how many
    sec_agree_mismatch, // what a REGISTER repeats of sec-agree is not what it was; see `detail`
};

// Why an answer was not believed.
enum class Doubt : std::uint8_t {
    none,
    clear_register, // a 2xx to a REGISTER in clear binds nothing
    not_sent_on,    // the P-CSCF never sent this REGISTER to the core (H10)
    altered,        // what went on to the core says something else than what the phone sent
    via_list,       // its Via list is not the P-CSCF's own and the phone's
    ambiguous,      // two open transactions fit
    other_source,   // it leaves to another address than the one that asked
    other_nonce,    // it leaves with another nonce than the core's
    other_user,     // it speaks of another To
    other_impi,     // the REGISTER bears another IMPI than the one that was challenged
    no_challenge,   // the selector is new, and no challenge went to its address
    other_contact,  // asks for the removal of somebody else's Contact, or grants none of its own
    still_there,    // a 2xx to a removal that still lists the Contact (H20)
    no_answer,      // no final answer within 64*T1
    too_many_open,  // more open transactions on one selector than a phone can need
    table_full,     // as many bindings or identities as the maps take
};

inline constexpr std::size_t kNoticeKinds = 19;

struct Notice {
    NoticeKind kind = NoticeKind::lost;
    Doubt doubt = Doubt::none;
    std::uint64_t now_ns = 0;
    Endpoint source;            // the phone's, as far as known
    std::uint32_t listener = 0; // its id, or 0
    std::string id;             // of the binding, as in BindingView; may be empty
    std::string selector;       // as binding::text() writes it; may be empty
    std::string impi;
    std::string other_impi;       // who holds the selector, or was challenged
    std::uint64_t expires_ns = 0; // of the binding, where there is one
    std::uint64_t count = 1;
    std::string detail; // for people; may be empty
};

// "bound", "refreshed", ...; "clear_register", ...; stable.
[[nodiscard]] std::string_view name(NoticeKind kind);
[[nodiscard]] std::string_view name(Doubt doubt);

// Ask the phone whether it is there: a series of SIP OPTIONS from the P-CSCF's protected socket. It
// ends with a Probed of this number. Where it cannot be asked, it counts as answered: nobody is
// superseded without evidence.
struct Probe {
    std::uint64_t number = 0;
    std::uint64_t subscriber = 0; // of the binding whose phone it is
    Endpoint phone;               // where it is reached; any address: not known
    Endpoint pcscf; // the socket that it answers to; port 0: a protected one of the listener
    std::uint32_t listener = 0;
};

// A registration that ended with its timer, as the home network is to be told of it (D.2.2; the
// limits of H22 hold).
struct Failure {
    std::size_t notice = 0; // its auth_timeout in the same Outcome
    std::string impi;
    std::string impu, domain;            // of the To
    std::string realm, nonce, algorithm; // of the challenge that nobody answered
};

struct Outcome {
    std::vector<Operation> operations;
    std::vector<Notice> notices;
    std::vector<Probe> probes;
    std::vector<Failure> failures;

    // As new, but for the room of its lists.
    void clear() {
        operations.clear();
        notices.clear();
        probes.clear();
        failures.clear();
    }
};

} // namespace gmguard::binding
