// SPDX-License-Identifier: BSD-2-Clause
// Finds slots by a hash. Keeps 32 bits of the hash and the slot, 8 bytes an entry, and leaves it to
// the caller to look into the slot whether it is the right one: the keys are there already. Several
// entries of one hash are allowed.
//
// Linear probing in the order of the hash; removal moves the followers up, so there are no graves.
#pragma once

#include "binding/large.hpp"
#include "binding/slab.hpp"

namespace gmguard::binding {

class SlotIndex {
  public:
    // Room for that many in all, so that it need not grow on the way.
    void reserve(std::size_t many);
    void insert(std::uint32_t hash, Slot slot);
    // Removes one entry of this pair, if there is one.
    void erase(std::uint32_t hash, Slot slot);

    // Calls visit(slot) for each entry of this hash until it returns true; returns that slot, or
    // kNoSlot. `visit` must not change the index.
    template <typename Visit> Slot find(std::uint32_t hash, Visit&& visit) const {
        if (entries_.empty())
            return kNoSlot;
        for (std::size_t i = home(hash); entries_[i].slot != kNoSlot; i = next(i)) {
            if (entries_[i].hash == hash && visit(entries_[i].slot))
                return entries_[i].slot;
        }
        return kNoSlot;
    }

    // Has the processor fetch what find() and insert() look at first.
    void prefetch(std::uint32_t hash) const {
        if (!entries_.empty())
            fetch_soon(&entries_[home(hash)]);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const { return entries_.capacity() * sizeof(Entry); }

  private:
    struct Entry {
        std::uint32_t hash = 0;
        Slot slot = kNoSlot;
    };

    [[nodiscard]] std::size_t home(std::uint32_t hash) const {
        return static_cast<std::size_t>((std::uint64_t{hash} * entries_.size()) >> 32);
    }
    [[nodiscard]] std::size_t next(std::size_t i) const {
        return i + 1 == entries_.size() ? 0 : i + 1;
    }
    [[nodiscard]] static std::size_t more(std::size_t entries);
    void place(Entry entry);
    void resize(std::size_t entries);

    LargeVector<Entry> entries_;
    std::size_t size_ = 0;
};

} // namespace gmguard::binding
