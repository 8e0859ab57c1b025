// SPDX-License-Identifier: BSD-2-Clause
// From messages to decisions: opens transactions, follows them to the core and back, and decides
// what an answer is worth. What it decides, Life does.
#pragma once

#include "binding/associations.hpp"
#include "binding/challenges.hpp"
#include "binding/events.hpp"
#include "binding/life.hpp"
#include "binding/rivals.hpp"
#include "binding/shadows.hpp"
#include "binding/transactions.hpp"

#include <vector>

namespace gmguard::binding {

class Registrar {
  public:
    Registrar(const Hasher& hasher, const KeyForms& forms, const Adoption& adoption,
              const Encrypts& encrypts, const Rules& rules, Life& life, Challenges& challenges,
              Shadows& shadows, Associations& associations, Rivals& rivals);

    void hear(Tap tap, const Heard& heard, Outcome& out);
    // The source spoke on a protected port, and nobody is bound to it.
    void adopt(const Endpoint& source, std::uint32_t listener, std::uint64_t now_ns, Outcome& out);
    // The source has an association. One that names no port is nobody's where the port counts.
    void adopt(const SaInstalled& event, Outcome& out);
    // Ends transactions without answer and registration timers.
    void tick(std::uint64_t now_ns, Outcome& out);
    // What is under way gets the selectors of the present forms.
    void reform(Outcome& out);

    [[nodiscard]] std::size_t transactions() const { return transactions_.size(); }

  private:
    void request(const Heard& heard, bool is_protected, Outcome& out);
    void onward(const Heard& heard, Outcome& out);
    void from_core(const Heard& heard, Outcome& out);
    void leaving(const Heard& heard, Outcome& out);

    // The open transaction that a message belongs to, or why it is not certain which.
    struct Match {
        bool is_known = false;
        Transaction* transaction = nullptr; // null: none that is known and not answered
        Doubt doubt = Doubt::none;
        std::size_t via = 0; // the phone's, in the message's list
    };
    void adopt(Grant who, std::uint64_t until_ns, Outcome& out);
    // A protected one was opened.
    void opened(const Transaction& t, std::uint64_t now_ns, Outcome& out);
    void check_agreement(const Transaction& t, const Pending& pending, std::uint64_t now_ns,
                         Outcome& out);
    [[nodiscard]] Match match(const sip::Message& message, const sip::Via& phone);
    [[nodiscard]] Match match_any(const sip::Message& message);
    // `ask`: what went on to the core asks for.
    [[nodiscard]] bool altered(const Transaction& t, const sip::Message& onward,
                               const Ask& ask) const;
    [[nodiscard]] Doubt doubt_core(const Match& match, const sip::Message& answer) const;
    [[nodiscard]] Doubt doubt_leaving(const Match& match, const Heard& heard) const;

    void challenged(Transaction& t, const Heard& heard, Outcome& out);
    void accepted(Transaction& t, const Heard& heard, Outcome& out);
    void commit(Transaction& t, const Heard& heard, Outcome& out);
    void remove(const Transaction& t, const Heard& heard, Outcome& out);
    void refused(Transaction& t, Outcome& out);
    void unanswered(const Transaction& t, std::uint64_t now_ns, Outcome& out);

    // What its phone asks for, whatever the answer.
    [[nodiscard]] static Grant wanted(const Transaction& t, std::uint64_t now_ns);
    [[nodiscard]] Grant grant(const Transaction& t, const Heard& heard, std::uint32_t expires_s,
                              const Pending* pending) const;
    // The ports that count beside the source's: none where the profile has one port for all.
    [[nodiscard]] ClientPorts negotiated(ClientPorts named) const;
    [[nodiscard]] PutChallenge put(const Pending& pending, std::uint64_t until_ns) const;
    [[nodiscard]] Granted granted(const Transaction& t, const sip::Message& answer) const;
    void contest(const Transaction& t, const Heard& heard, Outcome& out);
    void forget_challenges(const Transaction& t, const Pending* pending, Outcome& out);
    void end_challenge(const Transaction& t, Outcome& out);
    void time_out(const Pending& pending, std::uint64_t now_ns, Outcome& out);
    [[nodiscard]] bool is_bound(gm_u128 user, std::uint64_t now_ns) const;

    [[nodiscard]] static gm_challenge_key challenge_key(const Transaction& t);
    [[nodiscard]] static Notice notice(NoticeKind kind, const Transaction& t, std::uint64_t now_ns,
                                       Doubt doubt = Doubt::none);

    const Hasher& hasher_;
    const KeyForms& forms_;
    const Adoption& adoption_;
    const Encrypts& encrypts_;
    const Rules& rules_;
    Life& life_;
    Challenges& challenges_;
    Shadows& shadows_;
    Associations& associations_;
    Rivals& rivals_;
    Transactions transactions_;
};

} // namespace gmguard::binding
