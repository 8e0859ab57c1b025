// SPDX-License-Identifier: BSD-2-Clause
// Address literals: the scanner's opinion and inet_pton's are the same, on every string tried.
#include "harness/room.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>

namespace gmguard::test {
namespace {

using Literal = std::optional<gm_u128>;

gm_u128 number(const std::uint8_t* bytes) {
    gm_u128 value = 0;
    for (int i = 0; i < 16; ++i)
        value = value << 8 | bytes[i];
    return value;
}

Literal system_v4(const std::string& text) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1)
        return std::nullopt;
    return GM_V4_MAPPED | ntohl(address.s_addr);
}

Literal system_v6(const std::string& text) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1)
        return std::nullopt;
    return number(bytes.data());
}

// What follows is a digit: a reader that goes past the end says something else.
Literal scanner_v4(Room& room, const std::string& text) {
    room.write(text + "7");
    if (!gm_read_v4(room.get(), 0, static_cast<__u32>(text.size())))
        return std::nullopt;
    return GM_V4_MAPPED | room->literal.group;
}

Literal scanner_v6(Room& room, const std::string& text) {
    room.write(text + "7");
    if (!gm_read_v6(room.get(), 0, static_cast<__u32>(text.size())))
        return std::nullopt;
    return gm_literal_end(&room->literal);
}

std::string hex(gm_u128 value) {
    char out[40];
    std::snprintf(out, sizeof out, "%016llx%016llx", static_cast<unsigned long long>(value >> 64),
                  static_cast<unsigned long long>(value));
    return out;
}

std::string describe(const Literal& literal) {
    return literal ? hex(*literal) : "none";
}

class Literals : public testing::Test {
  protected:
    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

    void compare_v4(const std::string& text) {
        const auto want = system_v4(text), got = scanner_v4(room_, text);
        valid_ += want.has_value();
        ASSERT_EQ(describe(got), describe(want)) << '"' << text << '"';
    }
    void compare_v6(const std::string& text) {
        const auto want = system_v6(text), got = scanner_v6(room_, text);
        valid_ += want.has_value();
        ASSERT_EQ(describe(got), describe(want)) << '"' << text << '"';
    }
    std::string quad() {
        std::string out;
        for (int i = 0; i < 4; ++i)
            out += (i ? "." : "") + std::to_string(pick(4) ? pick(256) : pick(1200));
        return out;
    }
    std::string group() {
        static constexpr char kDigits[] = "0123456789abcdefABCDEF";
        std::string out;
        for (unsigned i = 0, size = 1 + pick(pick(16) ? 4 : 5); i < size; ++i)
            out += kDigits[pick(sizeof kDigits - 1)];
        return out;
    }
    // Eight groups or nearly, a gap somewhere or not, a quad at the end or not.
    std::string groups() {
        std::string out;
        const unsigned count = pick(3) ? pick(10) : 8, gap = pick(2) ? pick(count + 1) : 99;
        for (unsigned i = 0; i < count; ++i)
            out += i == gap ? "::" + group() : (i ? ":" : "") + group();
        if (gap == count)
            out += "::";
        return pick(4) ? out : out + ":" + quad();
    }
    std::string mutated(std::string text, std::string_view alphabet) {
        for (unsigned i = 0, changes = 1 + pick(2); i < changes; ++i) {
            const auto at = pick(static_cast<unsigned>(text.size() + 1));
            const char with = alphabet[pick(static_cast<unsigned>(alphabet.size()))];
            if (pick(3) == 0 && at < text.size())
                text.erase(at, 1);
            else if (pick(2) && at < text.size())
                text[at] = with;
            else
                text.insert(at, 1, with);
        }
        return text;
    }

    std::mt19937 random_{20030117};
    Room room_;
    unsigned valid_ = 0;
};

} // namespace

TEST_F(Literals, AreThoseOfTheSystem_ForIpv4) {
    for (const auto* text :
         {"",           "0.0.0.0",  "255.255.255.255", "256.0.0.1", "1.2.3",      "1.2.3.4.5",
          "1.2.3.",     ".1.2.3",   "1..2.3",          "01.2.3.4",  "1.2.3.04",   "1.2.3.0",
          "0x1.2.3.4",  "1.2.3.4 ", " 1.2.3.4",        "1.2.3.-4",  "1.2.3.1000", "123.123.123.123",
          "1234.1.1.1", "1.2.3.4:", "16909060",        "1.2.772",   "1.2.3.+4"})
        compare_v4(text);
    for (int i = 0; i < 50000 && !HasFatalFailure(); ++i) {
        const auto text = quad();
        compare_v4(text);
        compare_v4(mutated(text, "0123456789. :x-"));
    }
    EXPECT_GT(valid_, 20000U) << "the strings are not worth comparing";
}

TEST_F(Literals, AreThoseOfTheSystem_ForIpv6) {
    for (const auto* text : {"::",
                             "::1",
                             "1::",
                             ":",
                             ":::",
                             "1:::2",
                             "1::2::3",
                             ":1",
                             "1:",
                             "1:2:3:4:5:6:7:8",
                             "1:2:3:4:5:6:7:8:9",
                             "1:2:3:4:5:6:7::",
                             "::2:3:4:5:6:7:8",
                             "1::3:4:5:6:7:8",
                             "1:2:3:4::5:6:7:8",
                             "12345::",
                             "g::",
                             "::ffff:192.0.2.1",
                             "::192.0.2.1",
                             "1:2:3:4:5:6:192.0.2.1",
                             "1:2:3:4:5:6:7:192.0.2.1",
                             "1:2:3:4:5::192.0.2.1",
                             "::1.2.3.256",
                             "::1.2.3",
                             "::01.2.3.4",
                             "1.2.3.4",
                             "::1.2.3.4:5",
                             "fe80::1%1",
                             "FE80::ABCD",
                             "0000:0000:0000:0000:0000:0000:255.255.255.255",
                             "00000::",
                             "::0000f",
                             "1:2:3:4:5:6::1.2.3.4",
                             "::12345.1.1.1",
                             "::f.1.1.1",
                             "1::2:",
                             ":1::2",
                             "::a:"})
        compare_v6(text);
    for (int i = 0; i < 50000 && !HasFatalFailure(); ++i) {
        const auto text = groups();
        compare_v6(text);
        compare_v6(mutated(text, "0123456789abcdefABCDEFg:.::%"));
    }
    EXPECT_GT(valid_, 20000U) << "the strings are not worth comparing";
}

TEST_F(Literals, OfIpv4InIpv6_AreTheIpv4Address) {
    EXPECT_EQ(describe(scanner_v6(room_, "::ffff:192.0.2.7")), describe(system_v4("192.0.2.7")));
    EXPECT_EQ(describe(scanner_v6(room_, "::ffff:c000:207")), describe(system_v4("192.0.2.7")));
}

TEST_F(Literals, AreReadWhereTheyStand) {
    room_.write("[2001:db8::7]:5060");
    ASSERT_TRUE(gm_read_v6(room_.get(), 1, 12));
    EXPECT_EQ(describe(gm_literal_end(&room_->literal)), describe(system_v6("2001:db8::7")));
}

} // namespace gmguard::test
