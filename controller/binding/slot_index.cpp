// SPDX-License-Identifier: BSD-2-Clause
#include "binding/slot_index.hpp"

#include <utility>

namespace gmguard::binding {

void SlotIndex::reserve(std::size_t many) {
    if (many * 10 > entries_.size() * 7)
        resize(many * 10 / 7 + 16);
}

void SlotIndex::insert(std::uint32_t hash, Slot slot) {
    // At most seven tenths are in use: beyond, runs become long.
    if ((size_ + 1) * 10 > entries_.size() * 7)
        resize(more(entries_.size()));
    place({hash, slot});
    ++size_;
}

// Twice as many, but of what would be larger than a huge page an eighth more: the average room is
// what a million bindings pay for, and to grow is one pass in order.
std::size_t SlotIndex::more(std::size_t entries) {
    const bool is_large = entries * sizeof(Entry) > kHugePage / 2;
    return is_large ? entries + entries / 8 : 2 * entries + 16;
}

void SlotIndex::place(Entry entry) {
    std::size_t i = home(entry.hash);
    while (entries_[i].slot != kNoSlot)
        i = next(i);
    entries_[i] = entry;
}

void SlotIndex::resize(std::size_t entries) {
    LargeVector<Entry> bigger(entries);
    std::swap(entries_, bigger);
    for (const Entry& entry : bigger)
        if (entry.slot != kNoSlot)
            place(entry);
}

void SlotIndex::erase(std::uint32_t hash, Slot slot) {
    if (entries_.empty())
        return;
    std::size_t gap = home(hash);
    while (entries_[gap].hash != hash || entries_[gap].slot != slot) {
        if (entries_[gap].slot == kNoSlot)
            return;
        gap = next(gap);
    }
    --size_;
    // A follower may move into the gap if its home is not behind the gap on the way to it.
    for (std::size_t i = next(gap); entries_[i].slot != kNoSlot; i = next(i)) {
        const std::size_t want = home(entries_[i].hash);
        const bool between = gap <= i ? gap < want && want <= i : gap < want || want <= i;
        if (between)
            continue;
        entries_[gap] = entries_[i];
        gap = i;
    }
    entries_[gap] = {};
}

} // namespace gmguard::binding
