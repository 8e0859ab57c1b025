// SPDX-License-Identifier: BSD-2-Clause
#include "binding/slot_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace gmguard::binding {
namespace {

std::multiset<Slot> all_of(const SlotIndex& index, std::uint32_t hash) {
    std::multiset<Slot> found;
    index.find(hash, [&](Slot slot) {
        found.insert(slot);
        return false;
    });
    return found;
}

TEST(SlotIndex, FindsNothing_WhenItIsEmpty) {
    SlotIndex index;
    EXPECT_EQ(index.find(7, [](Slot) { return true; }), kNoSlot);
    index.erase(7, 1);
    EXPECT_EQ(index.size(), 0U);
}

// Few hashes, close to each other and at both ends of the table: long runs that wrap around.
TEST(SlotIndex, AgreesWithAMultimap) {
    std::mt19937 random(1);
    const std::uint32_t hashes[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    std::map<std::uint32_t, std::multiset<Slot>> expected;
    SlotIndex index;
    std::size_t size = 0;
    for (int i = 0; i < 20000; ++i) {
        const bool few = random() % 2 == 0;
        const std::uint32_t hash = few ? hashes[random() % std::size(hashes)] : random();
        auto& slots = expected[hash];
        if (slots.empty() || (random() % 3 != 0 && slots.size() < 40)) {
            const Slot slot = random() % 1000;
            index.insert(hash, slot);
            slots.insert(slot);
            ++size;
        } else {
            index.erase(hash, *slots.begin());
            slots.erase(slots.begin());
            --size;
        }
        ASSERT_EQ(all_of(index, hash), slots);
        ASSERT_EQ(index.size(), size);
    }
    for (const auto& [hash, slots] : expected)
        ASSERT_EQ(all_of(index, hash), slots);
}

TEST(SlotIndex, StopsAtTheOneThatIsWanted) {
    SlotIndex index;
    for (Slot slot = 0; slot < 10; ++slot)
        index.insert(5, slot);
    EXPECT_EQ(index.find(5, [](Slot slot) { return slot == 6; }), 6U);
}

TEST(Slab, KeepsObjectsWhereTheyAre) {
    Slab<int> slab;
    for (Slot slot = 0; slot < 3000; ++slot)
        ASSERT_EQ(slab.take(), slot);
    int* first = &slab[0];
    slab[2999] = 7;
    slab.give_back(2999);
    EXPECT_EQ(slab.used(), 2999U);
    EXPECT_EQ(slab.take(), 2999U);
    EXPECT_EQ(slab[2999], 0);
    EXPECT_EQ(slab.take(), 3000U);
    EXPECT_EQ(&slab[0], first);
}

} // namespace
} // namespace gmguard::binding
