// SPDX-License-Identifier: BSD-2-Clause
// The identities that the pinned maps say of each subscriber, while a table is made from them.
#pragma once

#include "base/error.hpp"
#include "binding/large.hpp"
#include "binding/pinned.hpp"
#include "binding/rules.hpp"
#include "binding/slot_index.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gmguard::binding {

// An identity of a subscriber, from gm_owners. (Two halves: a number of 16 bytes would be aligned,
// and these are millions.)
struct Held {
    std::uint64_t subscriber;
    std::uint64_t high, low;
    std::uint64_t expires_ns; // as in gm_owners
    bool shared;              // he has it beside its owner
    bool right = false;       // the map says of it what its binding does, seen by itself
    Slot slot = kNoSlot;      // where its subscriber is restored
    Slot next = kNoSlot;      // place of another of the same subscriber

    [[nodiscard]] gm_u128 identity() const { return gm_u128{high} << 64 | low; }
};

// Each of a million lies somewhere else, in memory that no cache has: the processor fetches what so
// many need before the first of them is looked at.
inline constexpr std::size_t kAtOnce = 32;

// The identities of each subscriber, and who has been restored.
class Identities {
  public:
    [[nodiscard]] Result<> read(const PinnedMaps& pinned, const Rules& rules) {
        all_.reserve(rules.identities);
        first_.reserve(rules.bindings);
        auto read =
            pinned.owners([&](const gm_u128& key, const gm_owner& owner) { add(key, owner); });
        link();
        return read;
    }
    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] std::size_t subscribers() const { return first_.size(); }
    // None: the subscriber was taken before. What is taken gets the slot of its binding. Until the
    // next call of this or of().
    [[nodiscard]] std::optional<std::span<Held* const>> take(std::uint64_t subscriber) {
        const auto held = of(subscriber);
        if (held.empty())
            return bare_.insert(subscriber).second ? std::optional(held) : std::nullopt;
        return held.front()->slot == kNoSlot ? std::optional(held) : std::nullopt;
    }
    // Those of one subscriber, taken or not.
    [[nodiscard]] std::span<Held* const> of(std::uint64_t subscriber) {
        found_.clear();
        for (Slot at = first_of(subscriber); at != kNoSlot; at = all_[at].next)
            found_.push_back(&all_[at]);
        return found_;
    }
    // Has all fetched that of() will look at for these, side by side: first the index, then what it
    // names, each before the next. Calls see(held) for each.
    template <typename See> void prefetch(std::span<const std::uint64_t> subscribers, See&& see) {
        for (const std::uint64_t subscriber : subscribers)
            first_.prefetch(hash_of(subscriber));
        places_.clear();
        for (const std::uint64_t subscriber : subscribers)
            go_on_at(first_.find(hash_of(subscriber), [](Slot) { return true; }));
        while (!places_.empty()) {
            for (const Slot at : std::exchange(places_, {})) {
                see(all_[at]);
                go_on_at(all_[at].next);
            }
        }
    }
    // Whether gm_owners has this entry of an owner.
    [[nodiscard]] bool has(gm_u128 identity, const gm_owner& owner) {
        return std::ranges::any_of(of(owner.subscriber), [&](const Held* one) {
            return one->identity() == identity && !one->shared &&
                   one->expires_ns == owner.expires_ns;
        });
    }
    [[nodiscard]] const LargeVector<Held>& all() const { return all_; }

  private:
    [[nodiscard]] static std::uint32_t hash_of(std::uint64_t subscriber) {
        return static_cast<std::uint32_t>(subscriber * 0x9e3779b97f4a7c15U >> 32);
    }
    [[nodiscard]] Slot first_of(std::uint64_t subscriber) const {
        return first_.find(hash_of(subscriber),
                           [&](Slot at) { return all_[at].subscriber == subscriber; });
    }
    void add(gm_u128 key, const gm_owner& owner) {
        const bool shared = owner.expires_ns == GM_OWNER_BESIDE;
        const gm_u128 identity = shared ? gm_beside_owner(key, owner.subscriber) : key;
        all_.push_back({owner.subscriber, static_cast<std::uint64_t>(identity >> 64),
                        static_cast<std::uint64_t>(identity), owner.expires_ns, shared});
        if (all_.size() - linked_ == kAtOnce)
            link();
    }
    void go_on_at(Slot at) {
        if (at == kNoSlot)
            return;
        fetch_soon(&all_[at]);
        places_.push_back(at);
    }
    // Those that were added since the last time: each behind the first of its subscriber.
    void link() {
        const std::span<Held> added(all_.begin() + static_cast<std::ptrdiff_t>(linked_),
                                    all_.end());
        for (const Held& one : added)
            first_.prefetch(hash_of(one.subscriber));
        for (const Held& one : added)
            go_on_at(first_.find(hash_of(one.subscriber), [](Slot) { return true; }));
        places_.clear();
        for (Held& one : added) {
            const auto place = static_cast<Slot>(&one - all_.data());
            if (const Slot first = first_of(one.subscriber); first == kNoSlot)
                first_.insert(hash_of(one.subscriber), place);
            else
                one.next = std::exchange(all_[first].next, place);
        }
        linked_ = all_.size();
    }

    LargeVector<Held> all_;
    std::size_t linked_ = 0;                 // so many of them are linked
    SlotIndex first_;                        // places in all_, by subscriber
    std::vector<Held*> found_;               // by of()
    std::vector<Slot> places_;               // that are fetched
    std::unordered_set<std::uint64_t> bare_; // restored, and without identities
};

} // namespace gmguard::binding
