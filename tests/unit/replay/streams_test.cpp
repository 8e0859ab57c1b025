// SPDX-License-Identifier: BSD-2-Clause
#include "replay/streams.hpp"

#include "harness/packet.hpp"
#include "unit/replay/fake_judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using namespace test;
using testing::ElementsAre;

constexpr Judgement kRefused{GM_VERDICT_DROP, GM_REASON_not_register};

const std::string kMessage = "BYE sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 4\r\n\r\nbody";

class Connections : public testing::Test {
  protected:
    Streams::Said arrives(std::uint32_t sequence, const std::string& text,
                          std::uint8_t flags = kPushAck, std::uint16_t port = 1025) {
        const auto frame = test::bytes(
            Ethernet{} / Ipv4{} / Tcp{.source = port, .sequence = sequence, .flags = flags} / text);
        const auto at = layers(frame);
        const auto said = streams.arrives(
            {{{at->source, port}, {at->destination, 5060}}, frame, *at, GM_SIDE_GM, {}});
        EXPECT_TRUE(said);
        return said.value_or(Streams::Said{});
    }
    Streams::Said leaves(std::uint32_t sequence, const std::string& text,
                         std::uint32_t acknowledged = 1, std::uint8_t flags = kPushAck) {
        const auto frame =
            test::bytes(Ethernet{} / Ipv4{.source = "192.0.2.1", .destination = "192.0.2.7"} /
                        Tcp{.destination = 1025,
                            .sequence = sequence,
                            .acknowledgement = acknowledged,
                            .flags = flags} /
                        text);
        const auto at = layers(frame);
        const auto said = streams.leaves({{at->source, 5060}, {at->destination, 1025}}, frame, *at,
                                         [&](Judge::View packet) {
                                             const auto inner = layers(packet);
                                             told.emplace_back(payload(packet, *inner));
                                             return Result<>{};
                                         });
        EXPECT_TRUE(said);
        return said.value_or(Streams::Said{});
    }
    // "state rcv_nxt" of each segment that was judged.
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> out;
        for (const auto& socket : judge.sockets)
            out.push_back(std::to_string(socket.state) + " " + std::to_string(socket.rcv_nxt));
        return out;
    }

    FakeJudge judge;
    Streams streams{judge};
    std::vector<std::string> told;
};

TEST_F(Connections, AreJudgedAtASocket_ThatHasWhatWasLetThrough) {
    arrives(99, "", kSyn);
    arrives(100, "", kAck);
    arrives(100, "BYE ");
    arrives(104, "sip:");
    EXPECT_THAT(asked(), ElementsAre("10 100", "1 100", "1 104"));
    judge.inside_says = kRefused;
    arrives(108, "a@b ");
    arrives(112, "SIP");
    EXPECT_THAT(asked(), ElementsAre("10 100", "1 100", "1 104", "1 108", "1 108"));
}

TEST_F(Connections, AreJudgedAtASocket_ThatHasWhatItAcknowledged) {
    arrives(99, "", kSyn);
    leaves(1, "", 100, kSyn | kAck);
    arrives(100, "BYE ");
    arrives(104, "sip:");
    leaves(2, "", 104, kAck);
    arrives(108, "a@b ");
    EXPECT_THAT(asked(), ElementsAre("10 100", "10 100", "1 100", "1 100", "1 104"));
}

TEST_F(Connections, TakeDataWithTheThirdAck_OnceTheyAreThere) {
    arrives(99, "", kSyn);
    judge.inside_says = {GM_VERDICT_DROP, GM_REASON_tcp_order};
    EXPECT_EQ(arrives(100, kMessage).judgement.reason, GM_REASON_tcp_order);
    EXPECT_THAT(asked(), ElementsAre("10 100", "10 100", "1 100"));
}

TEST_F(Connections, ShowTheMessage_ThatASegmentCompletes) {
    arrives(99, "", kSyn);
    const std::size_t header = kMessage.size() - 4;
    EXPECT_FALSE(arrives(100, kMessage.substr(0, header - 1)).sip);
    const auto said = arrives(100 + static_cast<std::uint32_t>(header) - 1,
                              kMessage.substr(header - 1) + kMessage);
    ASSERT_TRUE(said.sip);
    EXPECT_EQ(said.sip->method, "BYE");
}

TEST_F(Connections, AreNotJudged_BeforeAMessageBegins) {
    arrives(100, "l: 0\r\n\r\n");
    EXPECT_TRUE(asked().empty());
    arrives(108, kMessage);
    EXPECT_THAT(asked(), ElementsAre("1 108"));
}

TEST_F(Connections, StayRefused_WhateverComesThen) {
    arrives(99, "", kSyn);
    leaves(1, "", 100, kSyn | kAck);
    arrives(100, "BYE ");
    judge.inside_says = {GM_VERDICT_DROP, GM_REASON_tcp_poisoned};
    arrives(104, "sip:");
    leaves(2, "", 900, kAck);
    EXPECT_EQ(arrives(900, kMessage).judgement.reason, GM_REASON_tcp_poisoned);
    EXPECT_EQ(judge.sockets.back().flow.state, GM_FLOW_POISONED);
    EXPECT_EQ(arrives(2000, "x").judgement.reason, GM_REASON_tcp_poisoned);
    judge.inside_says = {};
    EXPECT_EQ(arrives(5000, "", kSyn).judgement.verdict, GM_VERDICT_PASS);
    arrives(5001, kMessage);
    EXPECT_EQ(asked().back(), "1 5001");
}

TEST_F(Connections, GiveAnswersWhole_InTheirOrder) {
    leaves(1, kMessage.substr(0, 30));
    leaves(101 + 1, "never", 1);
    leaves(41, kMessage.substr(40));
    EXPECT_TRUE(told.empty());
    const auto said = leaves(31, kMessage.substr(30, 10));
    EXPECT_THAT(told, ElementsAre(kMessage));
    EXPECT_TRUE(said.sip);
}

TEST_F(Connections, AreForgotten_TheSilentOnesFirst) {
    for (std::uint32_t k = 0; k < kDirections + 10; ++k) {
        arrives(99, "", kSyn, static_cast<std::uint16_t>(k + 1));
        arrives(99, "", kSyn, 1);
    }
    EXPECT_EQ(streams.directions(), kDirections);
    arrives(100, "BYE ", kPushAck, 1);
    EXPECT_EQ(asked().back(), "1 100");
}

} // namespace
} // namespace gmguard::replay
