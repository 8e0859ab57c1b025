// SPDX-License-Identifier: BSD-2-Clause
#include "gmguard/proto/swar.h"

#include <gtest/gtest.h>

#include <cctype>

namespace {

// All 256 bytes at each of the eight places, between neighbours that could borrow or carry.
template <typename F> void each_byte(F&& check) {
    for (const __u64 around : {0x0ULL, 0x20ULL, 0x7fULL, 0x80ULL, 0xffULL})
        for (unsigned place = 0; place < 8; ++place)
            for (unsigned byte = 0; byte < 256; ++byte) {
                const __u64 hole = 0xffULL << (place * 8);
                const __u64 word = (gm_each(static_cast<__u8>(around)) & ~hole) |
                                   static_cast<__u64>(byte) << (place * 8);
                check(word, place, byte, around);
            }
}

bool flag(__u64 flags, unsigned place) {
    return (flags >> (place * 8 + 7) & 1) != 0;
}

// The first place that is flagged, 8 where none is.
unsigned lowest(__u64 flags) {
    return flags == 0 ? 8 : gm_lowest(flags);
}

unsigned first(__u64 word, bool (*is)(unsigned)) {
    for (unsigned place = 0; place < 8; ++place)
        if (is(word >> (place * 8) & 0xff))
            return place;
    return 8;
}

} // namespace

TEST(Swar, FindsTheFirstEqualByte) {
    each_byte([](__u64 word, unsigned, unsigned, __u64) {
        ASSERT_EQ(lowest(gm_equal(word, gm_each('<'))),
                  first(word, [](unsigned c) { return c == '<'; }))
            << std::hex << word;
    });
}

TEST(Swar, FindsTheFirstControlCharacter) {
    each_byte([](__u64 word, unsigned, unsigned, __u64) {
        ASSERT_EQ(lowest(gm_control(word)), first(word, [](unsigned c) { return c < 0x20; }))
            << std::hex << word;
    });
}

TEST(Swar, FlagsEveryVisibleByteExactly) {
    each_byte([](__u64 word, unsigned place, unsigned byte, __u64) {
        ASSERT_EQ(flag(gm_visible(word), place), byte > 0x20) << std::hex << word;
    });
}

TEST(Swar, LowersLettersOnly) {
    each_byte([](__u64 word, unsigned place, unsigned byte, __u64) {
        const unsigned want =
            byte < 128 ? static_cast<unsigned>(std::tolower(static_cast<int>(byte))) : byte;
        ASSERT_EQ(gm_lower(word) >> (place * 8) & 0xff, want) << std::hex << word;
    });
}

TEST(Swar, KeepsTheFirstBytes) {
    const __u64 word = 0x8877665544332211ULL;
    EXPECT_EQ(gm_head(word, 0), 0U);
    EXPECT_EQ(gm_head(word, 1), 0x11U);
    EXPECT_EQ(gm_head(word, 7), 0x77665544332211ULL);
    EXPECT_EQ(gm_head(word, 8), word);
    EXPECT_EQ(gm_head(word, 9), word) << "more than a word has";
}
