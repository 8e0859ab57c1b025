// SPDX-License-Identifier: BSD-2-Clause
// TCP: every message of a connection is judged, wherever its segments begin and end.
#include "replay/connection.hpp"

namespace gmguard::test {
namespace {

const std::string kOffered = "UvImZaYMEtKJGF2VDuiBNgkWb2sRPReNbA/TkB/yOaE=";
const Request kSpoofed{.from = "sip:001010000000002@" + kDomain};

Register answering() {
    return {.cseq = 2, .branch = "z9hG4bK-2", .nonce = kOffered, .response = "95ec745c4c3fcb2e"};
}

config::Config without_esp() {
    return at_pcscf(terminated());
}

// An open connection to the unprotected port: three packets.
class ReplayStreams : public Replay {
  protected:
    Scene scene;
    Connection clear{scene, kPhone, kPcscf};
    [[nodiscard]] Lines after_open(const config::Config& config = without_esp()) const {
        return verdicts(scene, config, 4);
    }
};

TEST_F(ReplayStreams, BindWhoRegisters_AndRefuseWhoSpeaksAsAnother) {
    clear.open().says(Register{}.text()).hears(Answer{.status = 401, .nonce = kOffered}.text());
    Connection inner(scene, kPhone, kPcscfProtected);
    inner.open()
        .says(answering().text())
        .hears(Answer{.to = answering(), .associated = "<" + Request{}.from + ">"}.text())
        .says(Request{}.text())
        .says(kSpoofed.text());
    const auto findings = scene.findings(without_esp());
    EXPECT_EQ(
        lines(findings),
        (Lines{"1 front pass", "2 answers pass", "3 front pass", "4 front pass", "5 answers pass",
               "6 inside pass", "7 answers pass", "8 inside pass", "9 inside pass",
               "10 answers pass", "11 inside pass", "12 inside drop identity_not_bound"}));
    ASSERT_EQ(findings.size(), 12u);
    EXPECT_EQ(findings[11].protocol, GM_TCP);
    ASSERT_TRUE(findings[4].sip && findings[11].sip);
    EXPECT_EQ(findings[4].sip->status, 401);
    EXPECT_EQ(findings[11].sip->method, "INVITE");
}

TEST_F(ReplayStreams, TellAMessage_AtTheSegmentThatCompletesIt) {
    clear.open().says_in(1, Register{.contact = "192.0.2.9:5060"}.text());
    const auto findings = scene.findings(without_esp());
    const std::size_t last = 3 + Register{.contact = "192.0.2.9:5060"}.text().size();
    ASSERT_EQ(findings.size(), last);
    for (std::size_t k = 0; k + 1 < last; ++k)
        EXPECT_EQ(Scene::verdict(findings[k]), "pass") << k;
    EXPECT_EQ(Scene::verdict(findings.back()), "drop contact_mismatch");
    ASSERT_TRUE(findings.back().sip);
    EXPECT_EQ(findings.back().sip->method, "REGISTER");
}

TEST_F(ReplayStreams, LearnFromAnswersInPieces) {
    const std::string answer = Answer{.status = 401, .nonce = kOffered}.text();
    clear.open().says_in(100, Register{}.text());
    const std::size_t so_far = scene.size();
    clear.hears(answer.substr(0, 200)).hears(answer.substr(200));
    clear.says(Register{.cseq = 2, .branch = "z9hG4bK-2", .nonce = kOffered}.text())
        .says(Register{.cseq = 3, .branch = "z9hG4bK-3", .nonce = "another"}.text());
    const auto at = [&](std::size_t k) { return std::to_string(so_far + k); };
    EXPECT_EQ(verdicts(scene, without_esp(), so_far + 1),
              (Lines{at(1) + " pass", at(2) + " pass", at(3) + " pass",
                     at(4) + " drop unmatched_failure"}));
}

TEST_F(ReplayStreams, JudgeEveryMessageOfASegment) {
    clear.open().says(Register{}.text() + Request{}.text()).says(Register{.cseq = 2}.text());
    const auto findings = scene.findings(without_esp());
    EXPECT_EQ(verdicts(findings, 4), (Lines{"4 drop not_register", "5 drop tcp_poisoned"}));
    ASSERT_TRUE(findings.at(3).sip);
    EXPECT_EQ(findings[3].sip->method, "INVITE");
}

TEST_F(ReplayStreams, JudgeWhatABodyHides_OnlyWhereItIsOne) {
    const std::string hidden = Register{}.text();
    std::string with_body = hidden;
    const std::string length = "Content-Length: 0";
    const std::string body = Request{}.text();
    with_body.replace(with_body.find(length), length.size(),
                      "Content-Length: " + std::to_string(body.size()));
    clear.open().says(with_body + body).says(hidden).says(body);
    EXPECT_EQ(after_open(), (Lines{"4 pass", "5 pass", "6 drop not_register"}));
}

TEST_F(ReplayStreams, OutOfOrder_AreRefusedAndJudgedInTheirTime) {
    const std::string text = Register{.contact = "192.0.2.9:5060"}.text();
    clear.open();
    const std::uint32_t first = clear.sent();
    scene.add(clear.arriving(first + 200, text.substr(200)))
        .add(clear.arriving(first + 100, text.substr(100, 100)))
        .add(clear.arriving(first, text.substr(0, 100)));
    EXPECT_EQ(after_open(),
              (Lines{"4 drop tcp_order", "5 drop tcp_order", "6 drop contact_mismatch"}));
}

TEST_F(ReplayStreams, SentAgainWithOtherBytes_AreRefused) {
    const std::string text = Register{}.text();
    std::string other = text;
    other[text.find("Max-Forwards") + 5] = 'X';
    const auto run = [&](const std::string& again, bool acknowledged) {
        Scene own;
        Connection connection(own, kPhone, kPcscf);
        connection.open();
        const std::uint32_t first = connection.sent();
        connection.says(text);
        if (acknowledged)
            connection.acknowledges();
        own.add(connection.arriving(first, again))
            .add(connection.arriving(connection.sent(), Register{.cseq = 2}.text()));
        return verdicts(own, without_esp(), acknowledged ? 6 : 5);
    };
    EXPECT_EQ(run(text, false), (Lines{"5 pass", "6 pass"}));
    EXPECT_EQ(run(other, false), (Lines{"5 drop tcp_poisoned", "6 drop tcp_poisoned"}));
    // The receiver has the first ones, and cuts these off.
    EXPECT_EQ(run(other, true), (Lines{"6 pass", "7 pass"}));
}

// H5: the first is a message alone, the second has another one as its body.
TEST_F(ReplayStreams, ThatGrowWhenTheyAreSentAgain_AreRefused) {
    const std::string first = Register{}.text();
    std::string longer = first;
    const std::string length = "Content-Length: 0", body = Request{}.text();
    longer.replace(longer.find(length), length.size(),
                   "Content-Length: " + std::to_string(body.size()));
    clear.open();
    scene.add(clear.arriving(clear.sent(), first)).add(clear.arriving(clear.sent(), longer + body));
    EXPECT_EQ(after_open(), (Lines{"4 pass", "5 drop tcp_poisoned"}));
}

TEST_F(ReplayStreams, WithUrgentData_AreRefused) {
    clear.open().says(Register{}.text(), kPushAck | kUrgent);
    EXPECT_EQ(after_open(), Lines{"4 drop ambiguous"});
}

TEST_F(ReplayStreams, WithDataTooEarly_AreRefusedAndJudged) {
    const auto run = [](const std::string& with_third_ack) {
        Scene own;
        Connection connection(own, kPhone, kPcscf);
        own.add(connection.arriving(999, "", kSyn));
        connection.says(with_third_ack).hears(Answer{.status = 401, .nonce = kOffered}.text());
        connection.says(Register{.cseq = 2, .branch = "z9hG4bK-2", .nonce = kOffered}.text());
        return verdicts(own, without_esp(), 2);
    };
    EXPECT_EQ(run(Register{}.text()), (Lines{"2 drop tcp_order", "3 pass", "4 pass"}));
    EXPECT_EQ(run(Request{}.text()),
              (Lines{"2 drop not_register", "3 pass", "4 drop tcp_poisoned"}));
    scene.add(clear.arriving(1000, Register{}.text(), kSyn));
    EXPECT_EQ(verdicts(scene, without_esp(), 1), Lines{"1 drop tcp_order"});
}

TEST_F(ReplayStreams, WithoutAReadableLength_EndThere) {
    std::string text = Register{}.text();
    text.erase(text.find("Content-Length"), 19);
    clear.open().says(text).says(Register{.cseq = 2}.text());
    EXPECT_EQ(after_open(), (Lines{"4 drop malformed", "5 drop tcp_poisoned"}));
    Scene own;
    Connection connection(own, kPhone, kPcscf);
    connection.open().says_in(4000, "REGISTER sip:a SIP/2.0\r\nX: " + std::string(9000, 'x'));
    EXPECT_EQ(verdicts(own, without_esp(), 4), (Lines{"4 pass", "5 pass", "6 drop oversize"}));
}

TEST_F(ReplayStreams, ThatBeganBeforeTheCapture_AreJudgedFromTheirFirstMessage) {
    clear.says("l: 0\r\n\r\n").says(Request{}.text());
    EXPECT_EQ(verdicts(scene, without_esp(), 1), (Lines{"1 pass", "2 drop not_register"}));
}

TEST_F(ReplayStreams, WithBytesThatTheCaptureLacks_AreJudgedBehindThem) {
    clear.open().says(Register{}.text()).acknowledges().skips("what was lost").acknowledges();
    clear.says(Request{}.text());
    EXPECT_EQ(after_open(), (Lines{"4 pass", "5 pass", "6 pass", "7 drop not_register"}));
}

TEST_F(ReplayStreams, AreNewOnes_AfterASyn) {
    clear.open().says(Request{}.text());
    Connection again(scene, kPhone, kPcscf);
    again.skips("another number").open().says(Register{}.text());
    EXPECT_EQ(after_open(), (Lines{"4 drop not_register", "5 pass", "6 pass", "7 pass", "8 pass"}));
}

TEST_F(ReplayStreams, NameWhatTheyWouldRefuse_InMonitor) {
    auto config = without_esp();
    config.mode = GM_MODE_MONITOR;
    config.listeners[0].mode = GM_MODE_MONITOR;
    clear.open().says(Request{}.text()).says(Register{.contact = "192.0.2.9:5060"}.text());
    const std::uint32_t first = clear.sent();
    scene.add(clear.arriving(first + 400, Request{}.text()))
        .add(clear.arriving(first, Request{}.text()));
    EXPECT_EQ(after_open(config),
              (Lines{"4 would_drop not_register", "5 would_drop contact_mismatch",
                     "6 would_drop not_register", "7 would_drop not_register"}));
}

TEST_F(ReplayStreams, OverIpv6_AreJudgedAlike) {
    const Endpoint phone = endpoint("[2001:db8::7]:5060"), pcscf = endpoint("[2001:db8::1]:5060");
    Connection six(scene, phone, pcscf);
    six.open().says_in(64, Request{}.text());
    const auto findings = scene.findings(terminated());
    EXPECT_EQ(Scene::verdict(findings.back()), "drop tcp_poisoned");
    EXPECT_EQ(Scene::verdict(findings.at(3)), "drop not_register");
}

// The core's answers, and what goes to it.
TEST_F(ReplayStreams, WithTheCore_AreReadInPieces) {
    auto config = without_esp();
    config.core.peers = {Prefix::parse("198.51.100.2").value()};
    config.core.listeners = {endpoint("192.0.2.1:5070")};
    const Endpoint core = endpoint("198.51.100.2:4060"), own = endpoint("192.0.2.1:5070");
    const std::string via = "Via: SIP/2.0/TCP 192.0.2.1:5070;branch=z9hG4bK-p\r\n";
    const auto through = [&](std::string text) { return text.insert(text.find("Via:"), via); };
    Connection mw(scene, own, core);
    const auto ask = [&](const Register& message, const Endpoint& to, const Answer& answer) {
        scene.say(kPhone, to, message.text());
        const std::string forwarded = through(message.text()), back = through(answer.text());
        mw.says_in(300, forwarded);
        mw.hears(back.substr(0, 250)).hears(back.substr(250));
        scene.say(to, kPhone, answer.text());
    };
    ask(Register{}, kPcscf, {.status = 401, .nonce = kOffered});
    ask(answering(), kPcscfProtected,
        {.to = answering(), .associated = "<" + Request{}.from + ">"});
    const std::size_t so_far = scene.size();
    scene.say(kPhone, kPcscfProtected, Request{}.text())
        .say(kPhone, kPcscfProtected, kSpoofed.text());
    EXPECT_EQ(verdicts(scene, config, so_far + 1),
              (Lines{std::to_string(so_far + 1) + " pass",
                     std::to_string(so_far + 2) + " drop identity_not_bound"}));
}

} // namespace
} // namespace gmguard::test
