// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/clock.hpp"

#include <gtest/gtest.h>

using namespace gmguard::feeds;
using std::chrono::milliseconds;

TEST(Moment, TellsTheSameOfAnotherMoment_HoweverOftenItIsRead) {
    const Moment first = Moment::now();
    const std::uint64_t other_ns = first.ns + 3'600'000'000'500;
    const WallTime told = first.wall_at(other_ns);
    for (int i = 0; i < 100'000; ++i)
        ASSERT_EQ(Moment::now().wall_at(other_ns), told) << i;
}

TEST(Moment, IsNow) {
    const auto apart = std::chrono::system_clock::now() - Moment::now().wall;
    EXPECT_LT(std::chrono::abs(apart), milliseconds(200));
    const std::uint64_t before = Moment::now().ns;
    EXPECT_LE(before, Moment::now().ns);
}
