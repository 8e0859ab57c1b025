// SPDX-License-Identifier: BSD-2-Clause
#include "replay/order.hpp"

#include "harness/packet.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using Place = Order::Place;

const std::string kMessage = "BYE sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 0\r\n\r\n";

Segment segment(std::uint32_t sequence, const std::string& text) {
    using namespace test;
    const auto frame = test::bytes(Ethernet{} / Ipv4{} / Tcp{.sequence = sequence} / text);
    const auto at = layers(frame);
    return {frame, *at, *tcp_header(frame, *at)};
}

class Ordering : public testing::Test {
  protected:
    std::size_t kept = 0;
    Order order{kept};
};

TEST_F(Ordering, KeepsWhatIsEarly_UntilItsTime) {
    order.begin(100);
    const Segment third = segment(120, "0123456789"), second = segment(110, "0123456789");
    for (const Segment& early : {third, second, second}) {
        EXPECT_EQ(order.place(early), Place::early);
        EXPECT_TRUE(order.keep(early));
    }
    EXPECT_FALSE(order.kept());
    const Segment first = segment(100, "0123456789");
    EXPECT_EQ(order.place(first), Place::next);
    EXPECT_EQ(order.take(first), 0u);
    for (const Segment& expected : {second, third}) {
        const auto next = order.kept();
        ASSERT_TRUE(next);
        EXPECT_EQ(next->tcp.sequence, expected.tcp.sequence);
        EXPECT_EQ(order.take(*next), 0u);
    }
    EXPECT_FALSE(order.kept());
    EXPECT_EQ(kept, 0u);
}

TEST_F(Ordering, SaysHowMuchWasSeenBefore) {
    order.begin(0xfffffff8);
    EXPECT_EQ(order.take(segment(0xfffffff8, "0123456789")), 0u);
    EXPECT_EQ(order.place(segment(0xfffffffc, "0123456789")), Place::next);
    EXPECT_EQ(order.take(segment(0xfffffffc, "0123456789")), 6u);
    EXPECT_EQ(order.take(segment(0xfffffff8, "0123")), 4u);
    EXPECT_EQ(order.place(segment(6, "x")), Place::next);
    EXPECT_EQ(order.place(segment(7, "x")), Place::early);
}

TEST_F(Ordering, BeginsWithAMessage_WhereNoSynWasSeen) {
    EXPECT_EQ(order.place(segment(500, "l: 0\r\n\r\n")), Place::unknown);
    EXPECT_EQ(order.place(segment(510, kMessage)), Place::first);
    EXPECT_EQ(order.take(segment(510, kMessage)), 0u);
    EXPECT_EQ(order.place(segment(500, kMessage)), Place::next);
}

TEST_F(Ordering, BeginsAnew_WhereTheReceiverHasWhatTheCaptureLacks) {
    order.begin(100);
    const Segment early = segment(150, kMessage);
    EXPECT_EQ(order.place(early), Place::early);
    EXPECT_TRUE(order.keep(early));
    order.acknowledge(140);
    EXPECT_EQ(order.place(early), Place::early);
    order.acknowledge(150);
    EXPECT_EQ(order.place(segment(150, "no message")), Place::unknown);
    EXPECT_EQ(kept, 0u);
    EXPECT_EQ(order.place(early), Place::first);
}

TEST_F(Ordering, KnowsHowFarTheReceiverIs_OfWhatWasSeen) {
    order.begin(100);
    EXPECT_FALSE(order.received());
    (void)order.take(segment(100, "0123456789"));
    EXPECT_FALSE(order.received());
    order.acknowledge(105);
    order.acknowledge(103);
    EXPECT_EQ(order.received(), 105u);
    order.acknowledge(200);
    EXPECT_EQ(order.received(), 110u);
}

TEST_F(Ordering, KeepsNoMoreThanItMay) {
    order.begin(0);
    for (std::uint32_t k = 1; k <= kKeptOfOne; ++k)
        EXPECT_TRUE(order.keep(segment(k * 10, "x")));
    EXPECT_GT(kept, 0u);
    EXPECT_FALSE(order.keep(segment(9999, "x")));
    EXPECT_FALSE(order.begun());
    EXPECT_EQ(kept, 0u);
    kept = kKeptOfAll;
    Order other(kept);
    other.begin(0);
    EXPECT_FALSE(other.keep(segment(10, "x")));
}

TEST_F(Ordering, GivesBackWhatItKept_WhereItEnds) {
    {
        Order other(kept);
        other.begin(0);
        EXPECT_TRUE(other.keep(segment(10, "x")));
        EXPECT_GT(kept, 0u);
    }
    EXPECT_EQ(kept, 0u);
}

} // namespace
} // namespace gmguard::replay
