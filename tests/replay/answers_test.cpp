// SPDX-License-Identifier: BSD-2-Clause
// State that grows as answers appear: challenges and the failure REGISTERs that answer them.
#include "replay/scene.hpp"

namespace gmguard::test {
namespace {

const std::string kNonce = "UvImZaYMEtKJGF2VDuiBNgkWb2sRPReNbA/TkB/yOaE=";
const std::string kAuts = "oJXyD5OVZQz5OAuO2yI=";

Register failure(const std::string& nonce, std::optional<std::string> auts = {}) {
    return {.cseq = 2, .branch = "z9hG4bK-2", .nonce = nonce, .auts = std::move(auts)};
}

Scene challenged() {
    Scene scene;
    scene.phone_says(Register{}.text()).pcscf_says(Answer{.status = 401, .nonce = kNonce}.text());
    return scene;
}

class ReplayAnswers : public Replay {};

TEST_F(ReplayAnswers, LetFailuresWithTheirNoncePass) {
    Scene scene = challenged();
    scene.wait(1)
        .phone_says(failure(kNonce).text())
        .phone_says(failure(kNonce, kAuts).text())
        .phone_says(failure("another").text())
        .phone_says(failure("another", kAuts).text());
    EXPECT_EQ(scene.lines(),
              (Lines{"1 front pass", "2 answers pass", "3 front pass", "4 front pass",
                     "5 front drop unmatched_failure", "6 front drop unmatched_failure"}));
}

TEST_F(ReplayAnswers, CountForTheSourceAndTheUserAlone) {
    const Endpoint other = endpoint("192.0.2.8:5060");
    Register elsewhere = failure(kNonce);
    elsewhere.contact = elsewhere.via = "192.0.2.8:5060";
    Register somebody = failure(kNonce);
    somebody.user = "001010000000002";
    Scene scene = challenged();
    scene.say(other, kPcscf, elsewhere.text()).phone_says(somebody.text());
    EXPECT_EQ(scene.lines(),
              (Lines{"1 front pass", "2 answers pass", "3 front drop unmatched_failure",
                     "4 front drop unmatched_failure"}));
}

TEST_F(ReplayAnswers, CountOnTheClockOfTheCapture) {
    Scene in_time = challenged(), late = challenged();
    in_time.wait(230).phone_says(failure(kNonce).text());
    late.wait(250).phone_says(failure(kNonce).text());
    EXPECT_EQ(in_time.lines().at(2), "3 front pass");
    EXPECT_EQ(late.lines().at(2), "3 front drop unmatched_failure");
}

TEST_F(ReplayAnswers, CountOnlyIfTheyGoWhereTheQuestionCameFrom) {
    Scene scene;
    scene.phone_says(Register{}.text())
        .say(kPcscf, endpoint("192.0.2.8:5060"), Answer{.status = 401, .nonce = kNonce}.text())
        .phone_says(failure(kNonce).text());
    EXPECT_EQ(scene.lines(),
              (Lines{"1 front pass", "2 answers pass", "3 front drop unmatched_failure"}));
}

TEST_F(ReplayAnswers, AreRefusedFromAPhone_AndTeachNothing) {
    Scene scene;
    scene.phone_says(Register{}.text())
        .phone_says(Answer{.status = 401, .nonce = kNonce}.text())
        .say(endpoint("192.0.2.8:5060"), kPhone, Answer{.status = 401, .nonce = kNonce}.text())
        .phone_says(failure(kNonce).text());
    EXPECT_EQ(scene.lines(),
              (Lines{"1 front pass", "2 front drop forged_answer", "3 front drop forged_answer",
                     "4 front drop unmatched_failure"}));
}

TEST_F(ReplayAnswers, NeverBindByARegisterInClear) {
    Scene scene;
    scene.phone_says(Register{}.text())
        .pcscf_says(Answer{}.text())
        .phone_says(Register{.user = "001010000000002"}.text());
    EXPECT_EQ(scene.lines(), (Lines{"1 front pass", "2 answers pass", "3 front pass"}));
}

TEST_F(ReplayAnswers, AreReadOverIpv6AndLoopback) {
    const std::pair<const char*, const char*> ends[] = {
        {"[2001:db8::7]:5060", "[2001:db8::1]:5060"}, {"127.0.0.1:5070", "127.0.0.1:5060"}};
    for (const auto& [phone_text, pcscf_text] : ends) {
        const Endpoint phone = endpoint(phone_text), pcscf = endpoint(pcscf_text);
        Register initial, again = failure(kNonce);
        initial.contact = initial.via = again.contact = again.via = phone_text;
        Scene scene;
        scene.say(phone, pcscf, initial.text())
            .say(pcscf, phone, Answer{.to = initial, .status = 401, .nonce = kNonce}.text())
            .say(phone, pcscf, again.text());
        EXPECT_EQ(scene.lines(), (Lines{"1 front pass", "2 answers pass", "3 front pass"}))
            << phone_text;
    }
}

TEST_F(ReplayAnswers, CarryOverFromOneFileToTheNext) {
    Scene second;
    second.wait(2).phone_says(failure(kNonce).text());
    const TemporaryFile one(challenged().capture().pcap()), two(second.capture().pcapng());
    Lines lines;
    const std::vector<std::string> files = {one.path(), two.path()};
    const auto summary =
        replay::run(config::default_guard(), files,
                    [&](const replay::Finding& finding) { lines.push_back(Scene::line(finding)); });
    ASSERT_TRUE(summary) << summary.error().text();
    EXPECT_EQ(lines, (Lines{"1 front pass", "2 answers pass", "1 front pass"}));
    EXPECT_EQ(summary->frames, 3u);
    EXPECT_EQ(summary->told, 3u);
    EXPECT_EQ(summary->dropped, 0u);
}

} // namespace
} // namespace gmguard::test
