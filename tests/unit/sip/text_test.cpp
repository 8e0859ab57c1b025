// SPDX-License-Identifier: BSD-2-Clause
#include "sip/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gmguard::sip {
namespace {

TEST(Text, OfALiteralIsCopiedAndCleared) {
    Text first = "a text that is longer than a short string";
    const Text copy = first;
    first.clear();
    EXPECT_TRUE(first.empty());
    EXPECT_EQ(copy, "a text that is longer than a short string");
}

TEST(Text, OfAViewIsOfTheSameBytes) {
    const std::string whole = "sip:alice@ims.test";
    const Text user = Text::of(std::string_view(whole).substr(4, 5));
    EXPECT_EQ(user, "alice");
    EXPECT_EQ(user.view().data(), whole.data() + 4);
    EXPECT_EQ(user.string() + "!", "alice!");
}

} // namespace
} // namespace gmguard::sip
