// SPDX-License-Identifier: BSD-2-Clause
// The pendings: nonces that left to the source that asked for them, each with the user who was
// challenged and the registration timer (D.2.2). A pending excludes nobody. One user may have a few
// at one address (resynchronisation, a phone that starts again); a newer one replaces only the
// oldest of the same user at the same address, so that nobody can push out another's.
#pragma once

#include "binding/selector.hpp"
#include "gmguard/abi/keys.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::binding {

// What a report of the failed registration repeats (D.2.2).
struct Asked {
    std::string impu, domain;            // of the To
    std::string realm, nonce, algorithm; // of the challenge
};

struct Pending {
    gm_challenge_key key{};
    gm_selector selector{}; // that asked
    Endpoint source;
    std::uint32_t listener = 0;
    std::string impi;
    gm_u128 user = 0;
    bool derived = false; // the IMPI is To's: the REGISTER had no Authorization
    gm_u128 to = 0;       // hash of the To
    ClientPorts client;
    // agreement_key() of what must come again; 0: none was seen.
    gm_u128 security_client = 0, security_server = 0;
    Asked asked;
    std::uint64_t since_ns = 0;
    bool latest = true; // nothing later is known of its user, wherever it was
    // Set by Challenges:
    std::uint64_t expires_ns = 0; // since + timer, or later while an answer is awaited
    std::uint64_t number = 0;
};

inline constexpr std::size_t kPendingsOfUser = 8;

class Challenges {
  public:
    Challenges(std::size_t limit, std::uint64_t timer_ns) : limit_(limit), timer_ns_(timer_ns) {}

    // Starts its timer. Returns those that had to go for it; a second one of the same key replaces
    // the first and is not returned.
    [[nodiscard]] std::vector<Pending> add(Pending pending);
    [[nodiscard]] const Pending* find(const gm_challenge_key& key) const;
    [[nodiscard]] const Pending* find(std::uint64_t number) const;
    // Does not let it end before `until_ns`.
    void prolong(const gm_challenge_key& key, std::uint64_t until_ns);
    [[nodiscard]] std::optional<Pending> take(const gm_challenge_key& key);
    // All of this user at this address.
    [[nodiscard]] std::vector<Pending> take_all(gm_u128 address, gm_u128 user);
    // All whose source has another selector by now.
    [[nodiscard]] std::vector<Pending> take_misfits(const SelectorOf& selector_of);
    // All at this address, of any user, the oldest first.
    [[nodiscard]] std::vector<const Pending*> at(gm_u128 address) const;
    [[nodiscard]] std::size_t of_user(gm_u128 address, gm_u128 user) const;
    // This user has authenticated, or left: no pending of it that is there now is its latest any
    // more.
    void settle(gm_u128 user) { latest_.erase(user); }
    // Those whose timer has ended, oldest first.
    [[nodiscard]] std::vector<Pending> take_expired(std::uint64_t now_ns);

    // By number, which is the order in which they came.
    [[nodiscard]] const std::map<std::uint64_t, Pending>& all() const { return pendings_; }

  private:
    using Pair = std::pair<gm_u128, gm_u128>;

    [[nodiscard]] std::vector<Pending> take(const std::vector<std::uint64_t>& numbers);
    // With whether it is the latest. REQUIRES: there is one of this number.
    Pending forget(std::uint64_t number);
    [[nodiscard]] bool is_latest(const Pending& pending) const;

    std::size_t limit_;
    std::uint64_t timer_ns_;
    std::uint64_t next_number_ = 1;
    std::map<std::uint64_t, Pending> pendings_;
    std::map<Pair, std::uint64_t> by_nonce_;     // (address, nonce)
    std::multimap<Pair, std::uint64_t> by_user_; // (address, user), oldest first
    std::map<gm_u128, std::uint64_t> latest_;    // of a user, at any address
};

} // namespace gmguard::binding
