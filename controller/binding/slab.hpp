// SPDX-License-Identifier: BSD-2-Clause
// Objects in numbered slots that never move: pages instead of one vector, so that a million of them
// grow without a copy and without room for twice as many.
#pragma once

#include "binding/large.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gmguard::binding {

using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = ~Slot{0};

template <typename T> class Slab {
  public:
    // A slot with a fresh T; the last freed one first.
    [[nodiscard]] Slot take() {
        ++used_;
        if (!free_.empty()) {
            const Slot slot = free_.back();
            free_.pop_back();
            return slot;
        }
        if (end_ == pages_.size() * kPage)
            pages_.emplace_back(kPage);
        return end_++;
    }

    // REQUIRES: taken and not given back.
    void give_back(Slot slot) {
        (*this)[slot] = T{};
        free_.push_back(slot);
        --used_;
    }

    [[nodiscard]] T& operator[](Slot slot) { return pages_[slot / kPage][slot % kPage]; }
    [[nodiscard]] const T& operator[](Slot slot) const {
        return pages_[slot / kPage][slot % kPage];
    }

    // Slots below were taken once; some of them may be free.
    [[nodiscard]] Slot end() const { return end_; }
    [[nodiscard]] std::size_t used() const { return used_; }
    [[nodiscard]] std::size_t bytes() const {
        return pages_.size() * (kPage * sizeof(T) + sizeof(pages_[0])) +
               free_.capacity() * sizeof(Slot);
    }

  private:
    static constexpr Slot kPage = kHugePage / sizeof(T);

    std::vector<LargeVector<T>> pages_;
    std::vector<Slot> free_;
    Slot end_ = 0;
    std::size_t used_ = 0;
};

} // namespace gmguard::binding
