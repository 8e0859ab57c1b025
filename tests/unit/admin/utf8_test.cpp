// SPDX-License-Identifier: BSD-2-Clause
#include "admin/utf8.hpp"

#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

#define BAD "\xef\xbf\xbd"

struct Utf8Row {
    const char* description;
    std::string_view bytes, text;
};

constexpr Utf8Row kUtf8Rows[] = {
    {"ASCII", "sip:a@b", "sip:a@b"},
    {"two bytes", "\xc3\xa9", "\xc3\xa9"},
    {"three bytes", "\xe2\x82\xac", "\xe2\x82\xac"},
    {"four bytes", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    {"last code point", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"lone continuation", "a\x80z", "a" BAD "z"},
    {"overlong slash", "\xc0\xaf", BAD BAD},
    {"overlong, three bytes", "\xe0\x80\xaf", BAD BAD BAD},
    {"surrogate", "\xed\xa0\x80", BAD BAD BAD},
    {"beyond the last", "\xf4\x90\x80\x80", BAD BAD BAD BAD},
    {"cut off", "a\xe2\x82", "a" BAD BAD},
    {"third byte wrong", "\xe2\x82z", BAD BAD "z"},
    {"no lead byte at all", "\xff\xfe", BAD BAD},
};

TEST(Utf8, ReplacesWhatIsNotWellFormed) {
    for (const Utf8Row& row : kUtf8Rows)
        EXPECT_EQ(as_utf8(row.bytes), row.text) << row.description;
}

} // namespace
} // namespace gmguard::admin
