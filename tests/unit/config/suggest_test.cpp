// SPDX-License-Identifier: BSD-2-Clause
#include "config/suggest.hpp"

#include <gtest/gtest.h>

#include <array>

using namespace gmguard::config;

TEST(EditDistance, CountsEdits) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("mode", "mode"), 0U);
    EXPECT_EQ(edit_distance("", "off"), 3U);
    EXPECT_EQ(edit_distance("off", ""), 3U);
    EXPECT_EQ(edit_distance("mod", "mode"), 1U) << "insertion";
    EXPECT_EQ(edit_distance("modes", "mode"), 1U) << "deletion";
    EXPECT_EQ(edit_distance("made", "mode"), 1U) << "replacement";
    EXPECT_EQ(edit_distance("moed", "mode"), 1U) << "swap";
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(DidYouMean, NamesTheNearestWord) {
    constexpr std::array<std::string_view, 3> kWords{"off", "monitor", "enforce"};
    EXPECT_EQ(did_you_mean("monitr", kWords), "did you mean \"monitor\"?");
    EXPECT_EQ(did_you_mean("enforced", kWords), "did you mean \"enforce\"?");
    EXPECT_EQ(did_you_mean("of", kWords), "did you mean \"off\"?");
}

TEST(DidYouMean, IsSilent_WhenNoWordIsNear) {
    constexpr std::array<std::string_view, 2> kWords{"off", "monitor"};
    EXPECT_EQ(did_you_mean("block", kWords), "");
    EXPECT_EQ(did_you_mean("block", {}), "");
}
