// SPDX-License-Identifier: BSD-2-Clause
// Which packets are told, at which hook, with whose judgement.
#include "replay/walk.hpp"

#include "harness/packet.hpp"
#include "unit/replay/fake_judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Judgement kDrop{GM_VERDICT_DROP, GM_REASON_contact_mismatch};
constexpr Judgement kWould{GM_VERDICT_WOULD_DROP, GM_REASON_selector_taken};

class Walking : public testing::Test {
  protected:
    void take(const test::Bytes& frame, std::uint64_t time_ns = 1) {
        const auto taken = walk.take(Frame{++frames, time_ns, frame});
        EXPECT_TRUE(taken) << taken.error().text();
    }
    void take(const Packet& packet) { take(test::bytes(packet)); }

    // "frame hook sport->dport verdict reason kind", "-" where it is null
    static std::string line(const Finding& f) {
        const auto port = [](const auto& p) { return p ? std::to_string(*p) : "-"; };
        std::string out = std::to_string(f.frame) + " " + std::string(name(f.hook)) + " " +
                          port(f.source_port) + "->" + port(f.destination_port) + " " +
                          std::string(name(f.judgement.verdict));
        if (f.judgement.reason != GM_REASON_none)
            out += " " + std::string(name(f.judgement.reason));
        if (f.esp)
            out += " esp " + (f.esp->spi ? std::to_string(*f.esp->spi) : "-") +
                   (!f.esp->encrypted   ? " ?"
                    : *f.esp->encrypted ? " encrypted"
                                        : " clear");
        return out + (f.sip ? (f.sip->request ? " request" : " response") : "");
    }

    config::Config config = config::default_guard();
    FakeJudge judge;
    std::vector<std::string> told;
    std::vector<Finding> findings;
    Sink sink = [this](const Finding& finding) {
        told.push_back(line(finding));
        findings.push_back(finding);
    };
    Walk walk{config, judge, sink};
    std::uint64_t frames = 0;
};

const std::string kRest = " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:1025;branch=z9hG4bK1\r\n"
                          "From: <sip:a@ims.test>;tag=1\r\nTo: <sip:a@ims.test>\r\nCall-ID: 1\r\n";
const std::string kRegister = "REGISTER sip:ims.test" + kRest + "CSeq: 1 REGISTER\r\n\r\n";
const std::string kInvite = "INVITE sip:b@ims.test" + kRest + "CSeq: 1 INVITE\r\n\r\n";

Packet to_pcscf(const std::string& text) {
    return Ethernet{} / Ipv4{} / Udp{.source = 1025} / text;
}
Packet to_phone(const std::string& text) {
    return Ethernet{} / Ipv4{.source = "192.0.2.1", .destination = "192.0.2.7"} /
           Udp{.destination = 1025} / text;
}

TEST_F(Walking, TellsWhatGmFrontRefused_WithoutAskingFurther) {
    judge.front_says = kDrop;
    take(to_pcscf(kRegister));
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 drop contact_mismatch request"));
    EXPECT_EQ(judge.asked.size(), 1u);
}

TEST_F(Walking, TellsGmFront_WhereBothLetItPass) {
    take(to_pcscf(kRegister));
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 pass request"));
    EXPECT_EQ(judge.asked.size(), 2u);
}

TEST_F(Walking, TellsGmInside_WhereItAloneRefuses) {
    judge.front_says = kWould;
    judge.inside_says = kDrop;
    take(to_pcscf(kRegister));
    EXPECT_THAT(told, ElementsAre("1 inside 1025->5060 drop contact_mismatch request"));
}

TEST_F(Walking, TellsGmFront_WhereBothWouldRefuseAlike) {
    judge.front_says = judge.inside_says = kWould;
    take(to_pcscf(kRegister));
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 would_drop selector_taken request"));
}

TEST_F(Walking, TellsGmInside_OnAProtectedPort) {
    config.listeners[0].protected_ports = {6100};
    take(Ethernet{} / Ipv4{} / Udp{.source = 1025, .destination = 6100} / kInvite);
    EXPECT_THAT(told, ElementsAre("1 inside 1025->6100 pass request"));
}

TEST_F(Walking, SaysNothing_OfWhatConcernsNoGuardedPort) {
    take(Ethernet{} / Ipv4{} / Udp{.source = 5060, .destination = 53} / kRegister);
    take(Ethernet{} / Ipv4{} / Udp{.source = 4500, .destination = 4500} / std::string(8, '\0'));
    take(Ethernet{.type = 0x0806} / "who has");
    EXPECT_THAT(told, IsEmpty());
    EXPECT_THAT(judge.asked, IsEmpty());
}

TEST_F(Walking, TellsAnswers_OnceThePcscfIsKnown) {
    take(to_phone("SIP/2.0 401 Unauthorized" + kRest.substr(8) + "CSeq: 1 REGISTER\r\n\r\n"));
    take(to_pcscf(kRegister));
    take(to_phone("SIP/2.0 401 Unauthorized" + kRest.substr(8) + "CSeq: 1 REGISTER\r\n\r\n"));
    EXPECT_THAT(
        told, ElementsAre("2 front 1025->5060 pass request", "3 answers 5060->1025 pass response"));
}

TEST_F(Walking, GivesTcpToGmStream) {
    take(Ethernet{} / Ipv4{} / Tcp{.source = 1025, .flags = 2} / "");
    judge.inside_says = kDrop;
    take(Ethernet{} / Ipv4{} / Tcp{.source = 1025, .sequence = 2} / kRegister);
    judge.front_says = kDrop;
    take(Ethernet{} / Ipv4{} / Tcp{.source = 1025, .sequence = 2} / kRegister);
    EXPECT_THAT(told,
                ElementsAre("1 front 1025->5060 pass", "2 inside 1025->5060 drop contact_mismatch",
                            "3 front 1025->5060 drop contact_mismatch"));
    EXPECT_EQ(findings[0].protocol, GM_TCP);
}

// A P-CSCF may call from any port; what comes back is a phone's.
TEST_F(Walking, FollowsConnections_ThatThePcscfOpens) {
    config.listeners[0].address = Address::parse("192.0.2.1").value();
    const auto to = [](std::uint8_t flags, const std::string& text) {
        return Ethernet{} / Ipv4{.source = "192.0.2.1", .destination = "192.0.2.7"} /
               Tcp{.source = 40000, .destination = 5063, .flags = flags} / text;
    };
    const auto from = [](std::uint8_t flags, std::uint32_t sequence, const std::string& text) {
        return Ethernet{} / Ipv4{} /
               Tcp{.source = 5063, .destination = 40000, .sequence = sequence, .flags = flags} /
               text;
    };
    take(from(0x18, 1, kInvite));
    take(to(0x02, ""));
    take(from(0x12, 1, ""));
    take(from(0x18, 2, kInvite));
    EXPECT_THAT(told, ElementsAre("2 answers 40000->5063 pass", "3 front 5063->40000 pass",
                                  "4 front 5063->40000 pass request"));
}

Packet esp_of(const test::Bytes& body, const char* source = "192.0.2.7") {
    return Ethernet{} / Ipv4{.source = source, .destination = "192.0.2.1"} /
           Raw{body, kProtocolEsp};
}

TEST_F(Walking, TellsEncryptedEsp_ByItsSpi) {
    take(esp_of(sealed_esp(4097)));
    judge.front_says = {GM_VERDICT_DROP, GM_REASON_esp_unknown_spi};
    take(esp_of(sealed_esp(4098)));
    take(esp_of({1, 2, 3}));
    EXPECT_THAT(told, ElementsAre("1 front -->- pass esp 4097 encrypted",
                                  "2 front -->- drop esp_unknown_spi esp 4098 encrypted",
                                  "3 front -->- drop esp_unknown_spi esp - ?"));
    EXPECT_TRUE(json(findings[0]).find(R"("proto":"esp","spi":4097,"encrypted":true,)") !=
                std::string::npos)
        << json(findings[0]);
}

TEST_F(Walking, JudgesWhatIsInEsp_AsDecrypted) {
    const auto inner = Ipv4{} / Udp{.source = 1025, .destination = 6100} / kInvite;
    take(esp_of(clear_esp(4097, inner)));
    judge.inside_says = kDrop;
    take(esp_of(clear_esp(4097, inner)));
    judge.front_says = {GM_VERDICT_DROP, GM_REASON_esp_wrong_source};
    take(esp_of(clear_esp(4097, inner)));
    EXPECT_THAT(told,
                ElementsAre("1 inside 1025->6100 pass esp 4097 clear request",
                            "2 inside 1025->6100 drop contact_mismatch esp 4097 clear request",
                            "3 front 1025->6100 drop esp_wrong_source esp 4097 clear request"));
    EXPECT_EQ(judge.asked[1].substr(0, 6), "opened");
    EXPECT_EQ(judge.asked.size(), 5u);
}

TEST_F(Walking, TellsEspInUdp_WhereNoListenerHasItsPort) {
    const auto in_udp = [](const test::Bytes& body) {
        return Ethernet{} / Ipv4{} / Udp{.source = 40000, .destination = 4500} / body;
    };
    take(in_udp(sealed_esp(4097)));
    take(in_udp({0, 0, 0, 0, 1, 2, 3, 4, 5}));
    take(in_udp({0xff}));
    EXPECT_THAT(told, ElementsAre("1 front 40000->4500 pass esp 4097 encrypted"));
    config.listeners[0].unprotected_ports = {4500};
    take(in_udp(sealed_esp(4097)));
    EXPECT_EQ(told.back(), "4 front 40000->4500 pass");
}

TEST_F(Walking, TellsFragmentsOfEsp_AndTheLastAsTheWhole) {
    const auto inner = Ipv4{} / Udp{.source = 1025, .destination = 6100} / kInvite;
    for (const auto& piece : fragments(esp_of(clear_esp(4097, inner)), 160))
        take(piece);
    EXPECT_THAT(told, ElementsAre("1 front -->- pass esp 4097 ?",
                                  "2 inside 1025->6100 pass esp 4097 clear request"));
}

TEST_F(Walking, HasNoSip_WhereThereIsNone) {
    take(to_pcscf("\r\n\r\n"));
    take(to_pcscf(""));
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 pass", "2 front 1025->5060 pass"));
}

TEST_F(Walking, TellsAPacketWithoutPorts_OnlyWhereItIsRefused) {
    const Packet headless = Ethernet{} / Ipv4{.protocol = kProtocolUdp} / "";
    take(headless);
    judge.front_says = {GM_VERDICT_DROP, GM_REASON_malformed};
    take(headless);
    EXPECT_THAT(told, ElementsAre("2 front -->- drop malformed"));
}

TEST_F(Walking, GivesTheLastFragment_TheJudgementOfTheWhole) {
    judge.inside_says = kDrop;
    for (const auto& piece : fragments(to_pcscf(kRegister), 80))
        take(piece);
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 pass", "2 front 1025->5060 pass",
                                  "3 inside 1025->5060 drop contact_mismatch request"));
    const auto whole = std::to_string(test::bytes(to_pcscf(kRegister)).size());
    EXPECT_EQ(judge.asked.back(), "inside " + whole);
}

TEST_F(Walking, TellsEarlyFragments_OnceTheirPortIsKnown) {
    auto pieces = fragments(to_pcscf(kRegister), 80);
    std::ranges::reverse(pieces);
    for (const auto& piece : pieces)
        take(piece);
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 pass", "2 front 1025->5060 pass",
                                  "3 inside 1025->5060 pass request"));
}

TEST_F(Walking, SaysNothing_OfFragmentsToOtherPorts) {
    auto pieces =
        fragments(Ethernet{} / Ipv6{} / Udp{.destination = 53} / std::string(200, 'x'), 80);
    for (const auto& piece : pieces)
        take(piece);
    std::ranges::reverse(pieces);
    for (const auto& piece : pieces)
        take(piece);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(Walking, NeverMakesWhole_WhatGmFrontRefusedAPartOf) {
    const auto pieces = fragments(to_pcscf(kRegister), 80);
    judge.front_says = {GM_VERDICT_DROP, GM_REASON_rate_limited};
    take(pieces.at(0));
    judge.front_says = {};
    take(pieces.at(1));
    take(pieces.at(2));
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 drop rate_limited", "2 front 1025->5060 pass",
                                  "3 front 1025->5060 pass"));
}

TEST_F(Walking, TellsALaterFragmentWithoutPorts_WhereItIsRefused) {
    judge.front_says = {GM_VERDICT_DROP, GM_REASON_fragment};
    take(fragments(to_pcscf(kRegister), 80).at(1));
    EXPECT_THAT(told, ElementsAre("1 front -->- drop fragment"));
}

TEST_F(Walking, ReadsAFragmentedAnswerWhole) {
    take(to_pcscf(kRegister));
    const auto answer =
        to_phone("SIP/2.0 401 Unauthorized" + kRest.substr(8) + "CSeq: 1 REGISTER\r\n\r\n");
    for (const auto& piece : fragments(answer, 120))
        take(piece);
    EXPECT_THAT(told, ElementsAre("1 front 1025->5060 pass request", "2 answers 5060->1025 pass",
                                  "3 answers 5060->1025 pass response"));
    EXPECT_EQ(judge.asked.back(), "answers " + std::to_string(test::bytes(answer).size()));
}

TEST_F(Walking, FeedsTheCoreSide_AndTellsNothingOfIt) {
    config.core.peers = {Prefix::parse("198.51.100.2").value()};
    config.core.listeners = {Endpoint::parse("198.51.100.1:5070").value()};
    take(Ethernet{} / Ipv4{.source = "198.51.100.1", .destination = "198.51.100.2"} /
         Udp{.source = 5070, .destination = 4060} / kRegister);
    take(Ethernet{} / Ipv4{.source = "198.51.100.2", .destination = "198.51.100.1"} /
         Udp{.source = 4060, .destination = 5070} / "SIP/2.0 200 OK\r\n\r\n");
    EXPECT_THAT(told, IsEmpty());
    ASSERT_EQ(judge.asked.size(), 2u);
    EXPECT_TRUE(judge.asked[0].starts_with("onward"));
    EXPECT_TRUE(judge.asked[1].starts_with("core"));
}

TEST_F(Walking, KeepsTheClockGoingForward_AndTheTimesAsCaptured) {
    take(test::bytes(to_pcscf(kRegister)), 2000);
    take(test::bytes(to_pcscf(kRegister)), 1000);
    EXPECT_EQ(judge.now_ns, 2000u);
    EXPECT_EQ(findings.at(1).time_ns, 1000u);
    take(test::bytes(to_pcscf(kRegister)), 3000);
    EXPECT_EQ(judge.now_ns, 3000u);
}

TEST_F(Walking, Fails_WhereThePacketCannotBeJudged) {
    judge.broken = true;
    EXPECT_FALSE(walk.take(Frame{1, 1, test::bytes(to_pcscf(kRegister))}));
    EXPECT_THAT(told, IsEmpty());
}

} // namespace
} // namespace gmguard::replay
