// SPDX-License-Identifier: BSD-2-Clause
#include "binding/rules.hpp"
#include "replay/scene.hpp"

namespace gmguard::test {
namespace {

using Outcome = replay::CheckResult::Outcome;

class ReplayExplain : public Replay {
  protected:
    static replay::Explanation explain(const config::Config& config, const std::string& text,
                                       const Endpoint& from = kPhone, const Endpoint& to = kPcscf) {
        auto explanation = replay::explain(config, text, from, to);
        EXPECT_TRUE(explanation) << explanation.error().text();
        return explanation ? *explanation : replay::Explanation{};
    }
    // "check reason" of each that fails.
    static Lines failures(const replay::Explanation& explanation) {
        Lines out;
        for (const auto& each : explanation.checks)
            if (each.outcome == Outcome::fails)
                out.push_back(std::to_string(each.check) + " " + std::string(name(each.reason)));
        return out;
    }
    static std::string failure(gm_check check, gm_reason reason) {
        return std::to_string(check) + " " + std::string(name(reason));
    }
};

TEST_F(ReplayExplain, FindsNothing_AgainstAGoodMessage) {
    const auto said = explain(config::default_guard(), Register{}.text());
    EXPECT_EQ(Scene::line(said.finding), "1 front pass");
    EXPECT_EQ(said.finding.source, kPhone.address);
    EXPECT_EQ(said.checks.size(), std::size_t{GM_CHECK_COUNT});
    EXPECT_EQ(failures(said), Lines{});
}

TEST_F(ReplayExplain, FindsEverythingThatIsWrong_AndTheVerdictOfTheFirst) {
    const auto said =
        explain(config::default_guard(),
                Register{.contact = "192.0.2.9:5060", .nonce = "n", .response = "r"}.text());
    EXPECT_EQ(Scene::line(said.finding), "1 front drop clear_response");
    EXPECT_EQ(failures(said),
              (Lines{failure(GM_CHECK_only_register, GM_REASON_clear_response),
                     failure(GM_CHECK_contact_source, GM_REASON_contact_mismatch)}));
}

TEST_F(ReplayExplain, SaysWhatIsLeftOpen_WhereAMessageHasNoReading) {
    const auto said =
        explain(config::default_guard(), Register{.more = "Contact: <sip:a@192.0.2.9>\r\n"}.text());
    EXPECT_EQ(failures(said), Lines{failure(GM_CHECK_unambiguous, GM_REASON_ambiguous)});
    EXPECT_EQ(said.checks[GM_CHECK_contact_source].outcome, Outcome::not_judged);
}

TEST_F(ReplayExplain, KeepsToTheModes) {
    config::Config config = config::default_guard();
    config.listeners[0].checks[GM_CHECK_contact_source] = GM_MODE_MONITOR;
    config.listeners[0].checks[GM_CHECK_limits] = GM_MODE_OFF;
    const auto said = explain(config, Register{.contact = "192.0.2.9:5060"}.text());
    EXPECT_EQ(Scene::line(said.finding), "1 front would_drop contact_mismatch");
    EXPECT_EQ(said.checks[GM_CHECK_contact_source].outcome, Outcome::fails);
    EXPECT_EQ(said.checks[GM_CHECK_contact_source].mode, GM_MODE_MONITOR);
    EXPECT_EQ(said.checks[GM_CHECK_limits].outcome, Outcome::off);
}

TEST_F(ReplayExplain, KnowsNoRegistration) {
    const auto said = explain(terminated(), Request{}.text(), kPhone, kPcscfProtected);
    EXPECT_EQ(Scene::line(said.finding), "1 inside drop unregistered");
    EXPECT_NE(said.checks[GM_CHECK_identity_bound].detail.find("no registration is known here"),
              std::string::npos);
}

TEST_F(ReplayExplain, KnowsTheLiveBindingsItIsGiven) {
    const Request request;
    const std::vector<binding::Add> own = {
        {0, kPhone, "u@ims.test", {request.from}, binding::kSecond}};
    auto said = replay::explain(terminated(), request.text(), kPhone, kPcscfProtected, own);
    ASSERT_TRUE(said) << said.error().text();
    EXPECT_EQ(Scene::line(said->finding), "1 inside pass");
    const std::vector<binding::Add> others = {
        {0, kPhone, "v@ims.test", {"sip:v@ims.test"}, binding::kSecond}};
    said = replay::explain(terminated(), request.text(), kPhone, kPcscfProtected, others);
    ASSERT_TRUE(said) << said.error().text();
    EXPECT_EQ(Scene::line(said->finding), "1 inside drop identity_not_bound");
}

TEST_F(ReplayExplain, TakesIpv6AndLongMessages) {
    const Endpoint phone = endpoint("[2001:db8::7]:5060");
    const Register good{.contact = phone.text(), .via = phone.text()};
    EXPECT_EQ(Scene::line(explain(config::default_guard(), good.text(), phone,
                                  endpoint("[2001:db8::1]:5060"))
                              .finding),
              "1 front pass");
    EXPECT_EQ(Scene::line(explain(config::default_guard(), std::string(60000, 'x')).finding),
              "1 front drop oversize");
}

TEST_F(ReplayExplain, Refuses_WhatIsNoQuestion) {
    const auto config = config::default_guard();
    const auto elsewhere =
        replay::explain(config, Register{}.text(), kPhone, endpoint("192.0.2.1:5070"));
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().kind, ErrorKind::invalid);
    EXPECT_NE(elsewhere.error().hint.find("5060"), std::string::npos) << elsewhere.error().hint;
    EXPECT_FALSE(replay::explain(config, "x", kPhone, endpoint("[2001:db8::1]:5060")));
    EXPECT_FALSE(replay::explain(config, std::string(65508, 'x'), kPhone, kPcscf));
}

} // namespace
} // namespace gmguard::test
