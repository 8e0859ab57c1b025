// SPDX-License-Identifier: BSD-2-Clause
// REGISTER transactions between phones and the P-CSCF, from the request to 64*T1 later. The key of
// one is (selector, Call-ID, CSeq, From tag, Via of the phone); what it asks for never changes once
// it is open, and a request of the same key is absorbed as a retransmission, answered or not (H10).
//
// Bounded: of each kind there is a limit, beyond which the oldest is forgotten: then an answer to
// it changes nothing. Clear and protected ones do not crowd out each other, and one selector can
// have only so many protected ones open. Only so many differ in nothing but their selector: each
// answer is held against all of them, and whoever sends one message from a hundred thousand sources
// must not choose how long that takes.
#pragma once

#include "base/address.hpp"
#include "binding/challenges.hpp"
#include "binding/reading.hpp"
#include "binding/selector.hpp"
#include "binding/slab.hpp"
#include "binding/slot_index.hpp"
#include "gmguard/abi/keys.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace gmguard::binding {

// via_key() of the P-CSCF's, one for each core it tried.
class OwnVias {
  public:
    // A P-CSCF tries no more cores than this for one REGISTER; what is beyond is not taken.
    static constexpr std::size_t kMost = 8;

    void add(gm_u128 key) {
        if (many_ < kMost && !has(key))
            keys_[many_++] = key;
    }
    [[nodiscard]] bool has(gm_u128 key) const {
        const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(many_);
        return std::find(keys_.begin(), end, key) != end;
    }
    [[nodiscard]] bool empty() const { return many_ == 0; }

  private:
    std::array<gm_u128, kMost> keys_{};
    std::size_t many_ = 0;
};

// One that waits for its answer.
struct Transaction {
    bool is_protected = false;
    gm_u128 key = 0; // transaction_key()
    gm_selector selector{};
    Endpoint source;
    Endpoint seen; // the same to the P-CSCF: Heard::inner
    std::uint32_t listener = 0;
    std::string impi;
    gm_u128 user = 0;
    bool derived = false; // the IMPI is To's
    gm_u128 to = 0;
    std::string to_text; // that it is the hash of
    gm_u128 nonce = 0;   // of Authorization; 0: none
    ClientPorts client;
    gm_u128 security_client = 0, security_verify = 0; // agreement_key()
    Ask ask;
    std::uint64_t due_ns = 0;

    // Learned later.
    OwnVias own_vias;
    std::uint64_t onward_contact = 0;
    bool altered = false;   // went on to the core as something else
    gm_u128 core_nonce = 0; // of the core's 401

    Slot known = kNoSlot; // set by Transactions: its Known
};

// Of one key and kind, on several selectors.
inline constexpr std::size_t kAlike = 16;

class Transactions {
  public:
    // What is kept of each until it is due, answered or not. Small, because there are many, each
    // somewhere else: the answered ones are only there to absorb.
    struct Known {
        gm_u128 key = 0;
        Address source, seen; // as Transaction
        std::uint64_t due_ns = 0;
        Slot open = kNoSlot;    // its Transaction; none: it was answered
        std::uint16_t port = 0; // of both
        std::uint8_t bits = 0;  // of its selector
        bool with_port : 1 = false;
        bool is_protected : 1 = false;

        [[nodiscard]] Endpoint seen_at() const { return {seen, port}; }
        [[nodiscard]] gm_selector selector() const {
            return make_selector({source, port}, {bits, with_port});
        }
        void select(const gm_selector& selector) {
            bits = static_cast<std::uint8_t>(selector.bits);
            with_port = selector.port != 0;
        }
    };
    static_assert(sizeof(Known) == 64, "one line of a cache");

    Transactions(std::size_t limit, std::size_t open_per_selector)
        : limit_(limit), open_per_selector_(open_per_selector) {}

    enum class Opened : std::uint8_t { yes, absorbed, too_many };
    // Takes it only where it says yes.
    [[nodiscard]] Opened open(Transaction&& transaction);
    // The one that was opened last.
    [[nodiscard]] const Transaction& opened() const { return waiting_[opened_]; }
    // Calls visit(const Known&, Transaction*) for all with this key, whatever their selector; null:
    // it was answered. A Transaction stays where it is until finish(), open() or take_due().
    template <typename Visit> void each(gm_u128 key, Visit&& visit) {
        index_.find(hash_of(key), [&](Slot slot) {
            const Known& known = all_[slot];
            if (known.key == key)
                visit(known, known.open == kNoSlot ? nullptr : &waiting_[known.open]);
            return false;
        });
    }
    // It was answered: it is no more than known.
    void finish(Transaction& transaction);
    // Each gets the selector that its source has now.
    void reform(const SelectorOf& selector_of);
    // Forgets those that are due; returns the unanswered ones among them, oldest first.
    [[nodiscard]] std::vector<Transaction> take_due(std::uint64_t now_ns);

    [[nodiscard]] std::size_t size() const { return all_.used(); }

  private:
    using Queue = std::deque<Slot>; // oldest first

    // The key is a hash already.
    [[nodiscard]] static std::uint32_t hash_of(gm_u128 key) {
        return static_cast<std::uint32_t>(key);
    }
    [[nodiscard]] static std::uint32_t hash_of(const gm_selector& selector);
    // Those of the same key and kind: how many, and whether it is one of them.
    struct Alike {
        std::size_t many = 0;
        bool itself = false;
    };
    [[nodiscard]] Alike alike(const Transaction& transaction) const;
    // Protected ones that are open on this selector; open_per_selector_ or more: that.
    [[nodiscard]] std::size_t open_on(const gm_selector& selector) const;
    void forget_oldest(Queue& queue);

    std::size_t limit_;
    std::size_t open_per_selector_;
    Slab<Known> all_;
    Slab<Transaction> waiting_;
    SlotIndex index_; // of all, by key
    Queue clear_, protected_;
    SlotIndex open_; // of the protected ones that are, by selector
    Slot opened_ = kNoSlot;
};

} // namespace gmguard::binding
