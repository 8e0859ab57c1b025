// SPDX-License-Identifier: BSD-2-Clause
// The pendings: nonces that left to the source that asked for them, each with the user who was
// challenged and the registration timer (D.2.2). A pending excludes nobody. One user may have a few
// at one address (resynchronisation, a phone that starts again); a newer one replaces only the
// oldest of the same user at the same address, so that nobody can push out another's.
#pragma once

#include "binding/selector.hpp"
#include "binding/slab.hpp"
#include "binding/slot_index.hpp"
#include "gmguard/abi/keys.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::binding {

// What a report of the failed registration repeats (D.2.2). Of each pending one block of memory:
// few of them are ever reported.
class Asked {
  public:
    struct Texts {
        std::string_view impu, domain;            // of the To
        std::string_view realm, nonce, algorithm; // of the challenge
    };

    Asked() = default;
    explicit Asked(const Texts& texts);
    // Views of it.
    [[nodiscard]] Texts texts() const;

  private:
    std::string all_; // one behind the other
    std::array<std::uint32_t, 5> ends_{};
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

    // Starts its timer. Returns the key of the one that had to go for it; a second one of the same
    // key replaces the first and is not returned.
    [[nodiscard]] std::optional<gm_challenge_key> add(Pending pending);
    // What is found stays where it is until it goes.
    [[nodiscard]] const Pending* find(const gm_challenge_key& key) const;
    // Looks at all: few ask for a number.
    [[nodiscard]] const Pending* find(std::uint64_t number) const;
    // Does not let it end before `until_ns`.
    void prolong(const gm_challenge_key& key, std::uint64_t until_ns);
    // False: there is none.
    bool take(const gm_challenge_key& key);
    // Calls visit(const gm_challenge_key&) for all of this user at this address, which go.
    template <typename Visit> void take_all(gm_u128 address, gm_u128 user, Visit&& visit) {
        for (Slot slot; (slot = oldest_of(address, user)) != kNoSlot;) {
            const gm_challenge_key key = all_[slot].pending.key;
            forget(slot);
            visit(key);
        }
    }
    // All whose source has another selector by now.
    [[nodiscard]] std::vector<Pending> take_misfits(const SelectorOf& selector_of);
    // All at this address, of any user, the oldest first.
    [[nodiscard]] std::vector<const Pending*> at(gm_u128 address) const;
    [[nodiscard]] std::size_t of_user(gm_u128 address, gm_u128 user) const;
    // This user has authenticated, or left: no pending of it that is there now is its latest any
    // more.
    void settle(gm_u128 user);
    // Those whose timer has ended, oldest first.
    [[nodiscard]] std::vector<Pending> take_expired(std::uint64_t now_ns);

    [[nodiscard]] std::size_t size() const { return all_.used(); }
    // Calls visit(const Pending&) by number, which is the order in which they came.
    template <typename Visit> void each(Visit&& visit) const {
        for (Slot slot = by_age_.first; slot != kNoSlot; slot = all_[slot].by_age.after)
            visit(all_[slot].pending);
    }

  private:
    // A list through the slots, the oldest first.
    struct Links {
        Slot before = kNoSlot, after = kNoSlot;
    };
    struct Ends {
        Slot first = kNoSlot, last = kNoSlot;
    };
    struct Node {
        Pending pending;
        Links by_age, here; // of all; of those at its address
        Slot place = kNoSlot;
    };
    // An address with pendings. Anybody can have many at his own: a list, which is as long as it
    // may be, for none but those who ask for this address.
    struct Place {
        gm_u128 address = 0;
        Ends here;
    };

    void append(Ends& ends, Links Node::* links, Slot slot);
    void unlink(Ends& ends, Links Node::* links, Slot slot);
    [[nodiscard]] Slot find_slot(const gm_challenge_key& key) const;
    [[nodiscard]] Slot latest_of(gm_u128 user) const;
    [[nodiscard]] Slot oldest_of(gm_u128 address, gm_u128 user) const;
    [[nodiscard]] Slot place_of(gm_u128 address) const;
    // Calls visit(slot) for those of the user at the address, kPendingsOfUser at most.
    template <typename Visit> void each_of(gm_u128 address, gm_u128 user, Visit&& visit) const;
    [[nodiscard]] std::vector<Pending> take_slots(const std::vector<Slot>& slots);
    gm_challenge_key forget(Slot slot);

    std::size_t limit_;
    std::uint64_t timer_ns_;
    std::uint64_t next_number_ = 1;
    Slab<Node> all_;
    Slab<Place> places_;
    Ends by_age_;
    SlotIndex by_nonce_;   // with the address
    SlotIndex by_user_;    // with the address
    SlotIndex latest_;     // by user, at any address: Pending::latest
    SlotIndex by_address_; // of places_
};

} // namespace gmguard::binding
