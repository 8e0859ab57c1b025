// SPDX-License-Identifier: BSD-2-Clause
#include "sip/text.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace gmguard::sip {
namespace {

TEST(Text, OfAStringHasItsOwn) {
    std::optional<Text> first(std::string("a text that is longer than a short string"));
    const Text copy = *first;
    Text moved = std::move(*first);
    first.reset();
    EXPECT_EQ(copy, "a text that is longer than a short string");
    EXPECT_EQ(moved, copy);
    moved.clear();
    EXPECT_TRUE(moved.empty());
    EXPECT_FALSE(copy.empty());
}

TEST(Text, OfAViewHasNone) {
    const std::string whole = "sip:alice@ims.test";
    const Text user = Text::of(std::string_view(whole).substr(4, 5));
    EXPECT_EQ(user, "alice");
    EXPECT_EQ(user.view().data(), whole.data() + 4);
    EXPECT_EQ(user.string() + "!", "alice!");
}

} // namespace
} // namespace gmguard::sip
