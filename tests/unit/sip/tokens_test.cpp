// SPDX-License-Identifier: BSD-2-Clause
#include "sip/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace gmguard::sip {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> all;
    Parts parts(text, separator);
    while (const auto part = parts.next())
        all.push_back(*part);
    return all;
}

TEST(Tokens, AreSplitOutsideQuotedStrings) {
    EXPECT_THAT(split("", ','), IsEmpty());
    EXPECT_THAT(split("a", ','), ElementsAre("a"));
    EXPECT_THAT(split(" a , b ,c ", ','), ElementsAre("a", "b", "c"));
    EXPECT_THAT(split(",", ','), ElementsAre("", ""));
    EXPECT_THAT(split("a=\"x,y\",b", ','), ElementsAre("a=\"x,y\"", "b"));
    EXPECT_THAT(split("a=\"x\\\",y\",b", ','), ElementsAre("a=\"x\\\",y\"", "b"));
    EXPECT_THAT(split("a=\"open,b", ','), ElementsAre("a=\"open,b"));
    EXPECT_THAT(split("a\\", ','), ElementsAre("a\\"));
    EXPECT_THAT(split("\"a\\", ','), ElementsAre("\"a\\"));
    EXPECT_THAT(split("a,\"b\",c,\"d,e\"", ','), ElementsAre("a", "\"b\"", "c", "\"d,e\""));
}

TEST(Tokens, UnfoldIntoOneLine) {
    EXPECT_EQ(unfold("  a b\t"), "a b");
    EXPECT_EQ(unfold("a\r\n  b\r\n\tc"), "a b c");
    EXPECT_EQ(unfold("\r\n a\r\n "), "a");
    EXPECT_EQ(unfold(""), "");
}

TEST(Tokens, AreParameters) {
    struct Case {
        const char* text;
        const char* name;
        const char* value;
    };
    const Case cases[] = {
        {"rport", "rport", ""},
        {"Branch=z9hG4bKX", "branch", "z9hG4bKX"},
        {"spi-c = 17", "spi-c", "17"},
        {"alg=\"null\"", "alg", "null"},
        {"a=", "a", ""},
        {"a=\"", "a", "\""},
        {"a==b", "a", "=b"},
        {"", "", ""},
    };
    for (const auto& c : cases) {
        const Parameter parameter = parse_parameter(c.text);
        EXPECT_TRUE(parameter.is(c.name)) << c.text;
        EXPECT_EQ(parameter.value, c.value) << c.text;
    }
}

TEST(Tokens, AreNumbersOfDigitsAlone) {
    EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(parse_number<std::uint32_t>("4294967295"), 4294967295U);
    for (const char* text : {"", "65536", "-1", "+1", "0x10", "1 ", " 1", "1.0"})
        EXPECT_EQ(parse_number<std::uint16_t>(text), std::nullopt) << text;
}

} // namespace
} // namespace gmguard::sip
