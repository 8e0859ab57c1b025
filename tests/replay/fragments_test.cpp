// SPDX-License-Identifier: BSD-2-Clause
#include "replay/connection.hpp"

namespace gmguard::test {
namespace {

class ReplayFragments : public Replay {};

Register mismatching() {
    return {.contact = "192.0.2.9:5060"};
}

TEST_F(ReplayFragments, AreJudgedTogether_AtTheLast) {
    Scene scene;
    for (const auto& register_message : {Register{}, mismatching()})
        for (const auto& piece : fragments(message(kPhone, kPcscf, register_message.text()), 304))
            scene.add(piece);
    EXPECT_EQ(scene.lines(), (Lines{"1 front pass", "2 front pass", "3 inside pass", "4 front pass",
                                    "5 front pass", "6 inside drop contact_mismatch"}));
}

TEST_F(ReplayFragments, AreJudgedTogether_OverIpv6) {
    const Endpoint phone = endpoint("[2001:db8::7]:5060"), pcscf = endpoint("[2001:db8::1]:5060");
    Scene scene;
    for (const auto& piece : fragments(message(phone, pcscf, Request{}.text()), 128))
        scene.add(piece);
    EXPECT_EQ(scene.lines(), (Lines{"1 front pass", "2 front pass", "3 inside drop not_register"}));
}

TEST_F(ReplayFragments, ShowTheMessage_OnlyAtTheLast) {
    Scene scene;
    for (const auto& piece : fragments(message(kPhone, kPcscf, Register{}.text()), 304))
        scene.add(piece);
    const auto findings = scene.findings();
    ASSERT_EQ(findings.size(), 3u);
    EXPECT_FALSE(findings[0].sip || findings[1].sip);
    ASSERT_TRUE(findings[2].sip);
    EXPECT_EQ(findings[2].sip->method, "REGISTER");
}

TEST_F(ReplayFragments, HideNoPorts) {
    Scene scene;
    scene.add(fragment(message(kPhone, kPcscf, Register{}.text()), 0, 0, true));
    EXPECT_EQ(scene.lines(), Lines{"1 front drop fragment"});
}

TEST_F(ReplayFragments, TeachWhatAWholeMessageWould) {
    Scene scene;
    for (const auto& piece : fragments(message(kPhone, kPcscf, Register{}.text()), 400))
        scene.add(piece);
    scene.pcscf_says(Answer{.status = 401, .nonce = "n1"}.text())
        .phone_says(Register{.cseq = 2, .branch = "z9hG4bK-2", .nonce = "n1"}.text());
    EXPECT_EQ(scene.lines(),
              (Lines{"1 front pass", "2 inside pass", "3 answers pass", "4 front pass"}));
}

TEST_F(ReplayFragments, OfTcp_AreJudgedTogether) {
    for (const auto& [phone, pcscf] :
         {std::pair(kPhone, kPcscf),
          std::pair(endpoint("[2001:db8::7]:5060"), endpoint("[2001:db8::1]:5060"))}) {
        Scene scene;
        Connection connection(scene, phone, pcscf);
        connection.open();
        auto pieces = fragments(connection.arriving(connection.sent(), Request{}.text()), 128);
        const std::size_t last = scene.size() + pieces.size();
        for (const auto& piece : pieces)
            scene.add(piece);
        const auto lines = scene.lines(terminated());
        EXPECT_EQ(lines.back(), std::to_string(last) + " inside drop not_register");
        EXPECT_EQ(lines.at(lines.size() - 2), std::to_string(last - 1) + " front pass");
    }
}

TEST_F(ReplayFragments, ThatOverlapOrLackTheirFirst_MakeNoMessage) {
    const auto packet = message(kPhone, kPcscf, Request{}.text());
    const std::size_t size = bytes(packet).size() - 34;
    Scene scene;
    scene.add(fragment(packet, 0, 160, true, 1))
        .add(fragment(packet, 80, size - 80, false, 1))
        .add(fragment(packet, 160, size - 160, false, 2));
    EXPECT_EQ(scene.lines(), (Lines{"1 front pass", "2 front pass"}));
}

// Beyond what BPF_PROG_RUN takes for gm_inside.
TEST_F(ReplayFragments, OfLongMessages_AreJudgedAlike) {
    const auto longer = [](std::size_t bytes, const std::string& contact) {
        return Register{.contact = contact, .more = "X: " + std::string(bytes, 'x') + "\r\n"};
    };
    for (const std::size_t bytes : {2000u, 2400u, 2600u, 3000u, 6000u}) {
        Scene scene;
        for (const char* contact : {"192.0.2.7:5060", "192.0.2.9:5060"})
            for (const auto& piece :
                 fragments(message(kPhone, kPcscf, longer(bytes, contact).text()), 4096))
                scene.add(piece);
        const auto lines = scene.lines();
        EXPECT_EQ(lines.back().substr(2), bytes + 900 > 4096 ? "inside drop contact_mismatch"
                                                             : "front drop contact_mismatch")
            << bytes;
    }
    Scene oversize;
    for (const auto& piece :
         fragments(message(kPhone, kPcscf, longer(8000, "192.0.2.7:5060").text()), 4096))
        oversize.add(piece);
    EXPECT_EQ(oversize.lines().back(), "3 inside drop oversize");
}

} // namespace
} // namespace gmguard::test
