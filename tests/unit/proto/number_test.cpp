// SPDX-License-Identifier: BSD-2-Clause
// Small parts: numbers, CSeq, searching, comparing.
#include "harness/room.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

__s64 number(const std::string& text, __u64 max, bool alone) {
    Room room;
    room.write(text + "99\r\n");
    __u32 end = 0;
    return gm_read_number(room.get(), gm_span(0, static_cast<__u32>(text.size())), max, alone,
                          &end);
}

// The method that the CSeq names, or what is wrong with it.
std::string cseq(const std::string& value) {
    Room room;
    room.write(value + "X\r\n");
    room->sip.first[GM_H_CSEQ] = gm_span(0, static_cast<__u32>(value.size()));
    struct gm_span method{};
    const int reason = gm_read_cseq(room.get(), &method);
    return std::string(reason ? reason_name(reason) : room.view(method));
}

} // namespace

TEST(Number, IsRead) {
    const std::tuple<const char*, __u64, bool, __s64> rows[] = {
        {"0", 10, true, 0},
        {" 7 ", 10, true, 7},
        {"\t7", 10, true, 7},
        {"007", 10, true, 7},
        {"10", 10, true, 10},
        {"11", 10, true, -1},
        {"4294967295", 0xffffffff, true, 4294967295},
        {"4294967296", 0xffffffff, true, -1},
        {"9999999999", 0xffffffff, true, -1},
        {"", 10, true, -1},
        {" ", 10, true, -1},
        {"x", 10, true, -1},
        {"-1", 10, true, -1},
        {"+1", 10, true, -1},
        {"1x", 10, true, -1},
        {"1 1", 10, true, -1},
        {"1 x", 10, false, 1},
        {"1;x", 10, false, 1},
        {"\r\n 7", 10, true, 7},
    };
    for (const auto& [text, max, alone, want] : rows)
        EXPECT_EQ(number(text, max, alone), want) << '"' << text << '"';
}

TEST(Number, IsRefused_WhenTextFollowsBlanks) {
    for (std::size_t count = 1; count <= 40; ++count)
        ASSERT_EQ(number("0" + std::string(count, ' ') + "5", 100, true), -1) << count << " blanks";
}

TEST(CSeq, NamesAMethod) {
    const std::pair<const char*, const char*> rows[] = {
        {"1 REGISTER", "REGISTER"},
        {" 1 REGISTER ", "REGISTER"},
        {"1\tINVITE", "INVITE"},
        {"1\r\n REGISTER", "REGISTER"},
        {"2147483647 REGISTER", "REGISTER"},
        {"2147483648 REGISTER", "malformed"},
        {"00000000001 REGISTER", "malformed"},
        {"", "malformed"},
        {"1", "malformed"},
        {"1 ", "malformed"},
        {"1REGISTER", "malformed"},
        {"REGISTER", "malformed"},
        {"x REGISTER", "malformed"},
        {"-1 REGISTER", "malformed"},
        {"1 REGISTER x", "malformed"},
        {"1  REGISTER", "REGISTER"},
    };
    for (const auto& [value, want] : rows)
        EXPECT_EQ(cseq(value), want) << '"' << value << '"';
}

TEST(CSeq, IsMalformed_WhenTextFollowsBlanks) {
    for (std::size_t count = 1; count <= 40; ++count)
        ASSERT_EQ(cseq("1 REGISTER" + std::string(count, ' ') + "x"), "malformed")
            << count << " blanks";
}

TEST(Find, FindsTheFirstOfThree_AtEveryPlace) {
    for (std::size_t at = 0; at < 600; ++at)
        for (const char c : {';', ',', '"'}) {
            Room room;
            room.write(std::string(at, 'a') + c + std::string(20, ';'));
            const auto end = room->sip.length;
            const auto found = gm_find(room.get(), 0, end, GM_SET(';', ',', '"'));
            ASSERT_EQ(found, at < GM_FIND_MAX ? at : GM_SIP_MAX) << at;
            ASSERT_EQ(gm_find(room.get(), 0, static_cast<__u32>(at), GM_SET(';', ',', '"')),
                      at <= GM_FIND_MAX ? at : GM_SIP_MAX)
                << at;
        }
}

TEST(SameText, IgnoresCaseAndNothingElse) {
    const std::tuple<std::string, std::string, bool> rows[] = {
        {"a", "a", true},
        {"a", "A", true},
        {"a", "b", false},
        {"ims.test", "IMS.TEST", true},
        {"ims.test.", "ims.test,", false},
        {"abcdefgh1", "ABCDEFGH2", false},
        {"[", "{", false},
        {"@", "`", false},
        {std::string(256, 'x'), std::string(256, 'X'), true},
        {std::string(257, 'x'), std::string(257, 'x'), false},
    };
    for (const auto& [a, b, same] : rows) {
        Room room;
        room.write(a + "-" + b + "+");
        const auto size = static_cast<__u32>(a.size());
        EXPECT_EQ(gm_same_text(room.get(), 0, size + 1, size) != 0, same) << a << ' ' << b;
    }
}

} // namespace gmguard::test
