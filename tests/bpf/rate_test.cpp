// SPDX-License-Identifier: BSD-2-Clause
// Token buckets: who is held back, and who never is for another's sake (H23).
#include "rows.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;

Phone user(int number, const char* address = "192.0.2.7") {
    return {.address = address, .user = "00101" + std::to_string(1000000000 + number)};
}

// The caps over all sources live in a map of the program that no test empties: each test begins
// when they are full again.
class Rate : public testing::Test {
  protected:
    Rate() : guard_(Guard::fresh()) { later(3600 * kSecond); }

    bool send(const Phone& phone) {
        const auto outcome = guard_.run(Program::front, datagram(phone, phone.registers().text()));
        EXPECT_TRUE(outcome.passed || outcome.reason == GM_REASON_rate_limited) << outcome.text();
        return outcome.passed;
    }
    int passed(int messages, const std::function<Phone(int)>& phone) {
        int out = 0;
        for (int i = 0; i < messages; ++i)
            out += send(phone(i));
        return out;
    }
    void later(std::uint64_t nanoseconds) {
        now_ += nanoseconds;
        guard_.clock(now_);
    }
    void limit(gm_rate gm_settings::* limit, gm_rate rate) {
        guard_.settings([=](gm_settings& s) { s.*limit = rate; });
    }

    Guard& guard_;
    static inline std::uint64_t now_ = kNow;
};

} // namespace

TEST_F(Rate, OfAUser_IsItsBurstAndThenItsRate) {
    limit(&gm_settings::per_user, {5, 10});
    EXPECT_EQ(passed(20, [](int) { return kPhone; }), 10);
    later(kSecond);
    EXPECT_EQ(passed(20, [](int) { return kPhone; }), 5);
    later(199 * kMillisecond);
    EXPECT_EQ(passed(5, [](int) { return kPhone; }), 0);
    later(1 * kMillisecond);
    EXPECT_EQ(passed(5, [](int) { return kPhone; }), 1);
    later(3600 * kSecond);
    EXPECT_EQ(passed(20, [](int) { return kPhone; }), 10) << "no more than the burst, however long";
}

// Packets at any distance: what is refused does not put off what comes.
TEST_F(Rate, IsItsRate_HoweverDenseTheFlood) {
    limit(&gm_settings::per_user, {10, 1});
    for (const std::uint64_t gap :
         {100'000ULL, 999'999ULL, 1'000'001ULL, 1'999'999ULL, 4'000'000ULL}) {
        later(10 * kSecond);
        send(kPhone);
        const int messages = static_cast<int>(2 * kSecond / gap), most = 20;
        int out = 0;
        for (int i = 0; i < messages; ++i) {
            later(gap);
            out += send(kPhone);
        }
        EXPECT_GE(out, most - 2) << gap << " ns between two messages";
        EXPECT_LE(out, most) << gap << " ns between two messages";
    }
}

TEST_F(Rate, OfAUser_IsNotAnothers) {
    limit(&gm_settings::per_user, {1, 1});
    EXPECT_TRUE(send(user(1)));
    EXPECT_FALSE(send(user(1)));
    EXPECT_TRUE(send(user(2))) << "another user of the address";
    EXPECT_TRUE(send(user(1, "192.0.2.8")))
        << "the user from another address: nobody fills its bucket from afar";
}

TEST_F(Rate, OfAUser_IsOfItsPrefix) {
    guard_.configure([](config::Config& c) {
        c.pools.push_back({"v6", *Prefix::parse("2001:db8::/32"), 64, false});
    });
    guard_.clock(now_);
    limit(&gm_settings::per_user, {1, 1});
    EXPECT_TRUE(send(user(1, "2001:db8:0:1::1")));
    EXPECT_FALSE(send(user(1, "2001:db8:0:1::2"))) << "another address of the prefix";
    EXPECT_TRUE(send(user(1, "2001:db8:0:2::1")));
}

TEST_F(Rate, OfASource_HoldsFreshUsersTogether) {
    limit(&gm_settings::per_source, {5, 10});
    EXPECT_EQ(passed(50, [](int i) { return user(i); }), 10);
    EXPECT_TRUE(send(user(1, "192.0.2.8"))) << "another source";
}

TEST_F(Rate, OfUnknownUsers_LeavesTheKnownTheirReserve) {
    guard_.bind({.phone = user(1), .expires_ns = 0});
    limit(&gm_settings::per_source, {5, 10});
    limit(&gm_settings::unknown, {5, 20});
    limit(&gm_settings::known, {5, 3});
    const auto spread = [](int i) { return user(100 + i, i % 2 ? "192.0.2.8" : "192.0.2.9"); };
    EXPECT_EQ(passed(100, spread), 20) << "two sources, ten each";
    EXPECT_FALSE(send(user(500, "192.0.2.10"))) << "the cap over all";
    EXPECT_EQ(passed(10, [](int) { return user(1); }), 3) << "the bound user has its own";
}

// The bound user where it is bound; anywhere else it is anybody.
TEST_F(Rate, OfTheKnown_IsTheirsAtTheirSelectorOnly) {
    guard_.bind({.phone = user(1), .expires_ns = 0});
    limit(&gm_settings::unknown, {1, 1});
    EXPECT_EQ(passed(5, [](int) { return user(1); }), 5) << "no limit on the known";
    EXPECT_TRUE(send(user(1, "192.0.2.8")));
    EXPECT_FALSE(send(user(1, "192.0.2.9")));
}

TEST_F(Rate, IsNobodys_WhenOff) {
    EXPECT_EQ(passed(200, [](int) { return kPhone; }), 200);
}

TEST_F(Rate, IsMeteredOnce) {
    limit(&gm_settings::per_user, {1, 1});
    EXPECT_TRUE(send(kPhone));
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(guard_.run(Program::inside, datagram(kPhone, kPhone.registers().text())).passed)
            << "gm_front has metered it";
}

TEST_F(Rate, OfFragments_IsACapOverAll) {
    limit(&gm_settings::fragments, {5, 10});
    const Packet later_piece = Ethernet{} / Ipv4{.offset = 800} / Raw{Bytes(100), kProtocolUdp};
    const Packet other =
        Ethernet{} / Ipv6{} / Ipv6Fragment{.offset = 800} / Raw{Bytes(100), kProtocolUdp};
    const Packet unguarded = Ethernet{} / Ipv4{.destination = "192.0.2.3", .offset = 800} /
                             Raw{Bytes(100), kProtocolUdp};
    int out = 0;
    for (int i = 0; i < 20; ++i)
        out += guard_.run(Program::front, i % 2 ? later_piece : other).passed;
    EXPECT_EQ(out, 10);
    EXPECT_TRUE(guard_.run(Program::front, unguarded).passed);
    later(kSecond);
    EXPECT_TRUE(guard_.run(Program::front, other).passed);
}

} // namespace gmguard::test
