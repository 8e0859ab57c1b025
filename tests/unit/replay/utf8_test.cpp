// SPDX-License-Identifier: BSD-2-Clause
#include "replay/utf8.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

#define GM_BAD "\xef\xbf\xbd"

TEST(Utf8, IsKept_WhereItIsWellFormed) {
    for (const char* text : {"", "sip:a@b", "J\xc3\xbcrgen", "\xe2\x82\xac", "\xf0\x9f\x93\x9e",
                             "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_EQ(to_utf8(text), text);
}

TEST(Utf8, IsMadeOfAnythingElse_ByteByByte) {
    const std::pair<const char*, const char*> table[] = {
        {"J\xfcrgen", "J" GM_BAD "rgen"},                  // Latin-1
        {"\xc3", GM_BAD},                                  // cut off
        {"\xe2\x82", GM_BAD GM_BAD},                       // cut off
        {"\xc0\xaf", GM_BAD GM_BAD},                       // overlong
        {"\xe0\x80\xaf", GM_BAD GM_BAD GM_BAD},            // overlong
        {"\xed\xa0\x80", GM_BAD GM_BAD GM_BAD},            // a surrogate
        {"\xf4\x90\x80\x80", GM_BAD GM_BAD GM_BAD GM_BAD}, // beyond U+10FFFF
        {"\xf5x", GM_BAD "x"},
        {"\x80x", GM_BAD "x"},
        {"\xe2\x28\xa1", GM_BAD "(" GM_BAD},
    };
    for (const auto& [bytes, text] : table)
        EXPECT_EQ(to_utf8(bytes), text);
}

} // namespace
} // namespace gmguard::replay
