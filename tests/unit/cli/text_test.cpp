// SPDX-License-Identifier: BSD-2-Clause
#include "text.hpp"

#include <gtest/gtest.h>

using namespace gmguard;
using namespace gmguard::cli;

TEST(Printable, KeepsTextAsItIs) {
    EXPECT_EQ(printable("sip:alice@ims.test"), "sip:alice@ims.test");
    EXPECT_EQ(printable("Zo\u00eb \u65e5 \U0001F4DE"), "Zo\u00eb \u65e5 \U0001F4DE");
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesWhatMovesTheCursor) {
    struct Row {
        std::string_view text;
        const char* shown;
    };
    const Row rows[] = {
        {"a\x1b[31mb", "a\\x1b[31mb"},
        {"a\nb\r\tc", "a\\x0ab\\x0d\\x09c"},
        {std::string_view("a\0b", 3), "a\\x00b"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b[31m", "\\xc2\\x9b[31m"}, // CSI of C1
        {"a\u202eb", "a\\xe2\\x80\\xaeb"},  // right-to-left override
        {"\u2066", "\\xe2\\x81\\xa6"},
    };
    for (const auto& [text, shown] : rows)
        EXPECT_EQ(printable(text), shown);
}

TEST(Printable, EscapesWhatIsNoUtf8) {
    struct Row {
        const char* name;
        std::string_view text;
        const char* shown;
    };
    const Row rows[] = {
        {"lone continuation", "\x80", "\\x80"},
        {"cut short", "\xe2\x82", "\\xe2\\x82"},
        {"cut by a letter", "\xc3z", "\\xc3z"},
        {"overlong", "\xc0\xaf", "\\xc0\\xaf"},
        {"overlong, 3 bytes", "\xe0\x80\x9b", "\\xe0\\x80\\x9b"},
        {"surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"beyond Unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
        {"no first byte", "\xff", "\\xff"},
    };
    for (const auto& [name, text, shown] : rows)
        EXPECT_EQ(printable(text), shown) << name;
}

TEST(Width, CountsCharacters) {
    EXPECT_EQ(width(""), 0U);
    EXPECT_EQ(width("abc"), 3U);
    EXPECT_EQ(width("Zo\u00eb"), 3U);
}

TEST(Duration, HasTwoUnits) {
    EXPECT_EQ(duration(0), "0s");
    EXPECT_EQ(duration(59), "59s");
    EXPECT_EQ(duration(60), "1m00s");
    EXPECT_EQ(duration(724), "12m04s");
    EXPECT_EQ(duration(3600 + 5 * 60 + 59), "1h05m");
    EXPECT_EQ(duration(600000), "6d22h");
}
