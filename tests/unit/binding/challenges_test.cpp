// SPDX-License-Identifier: BSD-2-Clause
// Pendings and the registration timer (D.2.2, protocol 9.1): who may answer which challenge.
#include "unit/binding/rows.hpp"

#include "binding/challenges.hpp"

namespace gmguard::binding {
namespace {

TEST(Challenge, IsPending_WhenTheCoresNonceLeavesToTheOneWhoAsked) {
    const std::vector<Row> rows{
        {"as it must be", [](Play& p) { p.challenge(alice); }, {kChallenged}, {}},
        {"to another address than the one that asked",
         [](Play& p) {
             p.clear(alice), p.onward(), p.core(401);
             p.leaving(401, {destination("192.0.2.66:5062")});
         },
         {"not_believed/other_source alice@ims.test"},
         {}},
        {"with another nonce than the core's",
         [](Play& p) { p.clear(alice), p.onward(), p.core(401), p.leaving(401, {nonce("mine")}); },
         {"not_believed/other_nonce alice@ims.test"},
         {}},
        {"that the core never sent",
         [](Play& p) { p.clear(alice), p.onward(), p.leaving(401); },
         {"not_believed/not_sent_on alice@ims.test"},
         {}},
        {"forged through the core (H1)",
         [](Play& p) {
             p.clear(alice), p.onward(), p.core(401, {own_branch("z9hG4bKguess")});
             p.leaving(401);
         },
         {"forged_answer/via_list alice@ims.test", "not_believed/not_sent_on alice@ims.test"},
         {}},
        {"without a nonce",
         [](Play& p) {
             const Change none = [](Heard& h) { h.message.challenge.reset(); };
             p.clear(alice), p.onward(), p.core(401, {none}), p.leaving(401, {none});
         },
         {"not_believed/not_sent_on alice@ims.test"},
         {}},
    };
    run(rows);
}

TEST(Challenge, IsInTheKernel_UnderAddressAndNonceForTheUser) {
    Play p;
    p.challenge(alice);
    ASSERT_EQ(p.kernel.challenges.size(), 1U);
    const auto& [key, value] = *p.kernel.challenges.begin();
    EXPECT_EQ(key.first, alice.at.address.value());
    EXPECT_EQ(key.second, p.hasher.nonce("nonce-1"));
    EXPECT_EQ(value.user, p.hasher.impi("alice@ims.test"));
    EXPECT_EQ(value.expires_ns, p.now_ns + 240 * kSecond);
}

TEST(Challenge, IsNeeded_ToBindANewSelector) {
    const std::vector<Row> rows{
        {"no challenge at all",
         [](Play& p) { p.accept(alice); },
         {"not_believed/no_challenge alice@ims.test"},
         {}},
        {"a challenge that went to another address",
         [](Play& p) { p.challenge(alice_roaming), p.accept(alice); },
         {kChallenged, "not_believed/no_challenge alice@ims.test"},
         {}},
        {"a challenge of another user: the 200 is for another IMPI",
         [](Play& p) {
             p.challenge(mallory);
             p.accept(alice, {nonce(p.attempt.nonce)});
         },
         {"challenged mallory@ims.test",
          "not_believed/other_impi alice@ims.test against mallory@ims.test"},
         {}},
        {"another port of the challenged address (D.2.3)",
         [](Play& p) { p.challenge(alice), p.accept(alice_moved); },
         {kChallenged, kBound},
         {"192.0.2.7:5072 bound alice@ims.test"}},
        {"used up by the registration it was for",
         [](Play& p) {
             p.registers(alice);
             p.accept(alice_moved);
         },
         {kChallenged, kBound, "not_believed/no_challenge alice@ims.test"},
         {kAlice}},
        {"the REGISTER in clear had no Authorization, and the user ID is not its To's",
         [](Play& p) {
             p.clear(alice, {no_authorization()});
             p.onward(), p.core(401), p.leaving(401);
             p.accept(alice, {user("001010000000001@ims.test")});
         },
         {kChallenged, "bound 001010000000001@ims.test"},
         {"192.0.2.7:5062 bound 001010000000001@ims.test"}},
        {"the REGISTER in clear had no Authorization, and another To",
         [](Play& p) {
             p.clear(mallory, {no_authorization()});
             p.onward(), p.core(401), p.leaving(401);
             p.accept(alice, {nonce(p.attempt.nonce)});
         },
         {"challenged mallory@ims.test",
          "not_believed/other_impi alice@ims.test against mallory@ims.test"},
         {}},
    };
    run(rows);
}

TEST(Challenge, Dies_WhenTheAttemptFails) {
    const auto attempt = [](Play& p) {
        p.challenge(alice);
        (void)p.notices();
        p.inner(alice), p.onward();
    };
    struct Failure {
        const char* name;
        std::function<void(Play&)> step;
        std::size_t left;
    };
    const std::vector<Failure> failures{
        {"403", [](Play& p) { p.core(403); }, 0},
        {"420", [](Play& p) { p.core(420); }, 0},
        {"603", [](Play& p) { p.core(603); }, 0},
        {"time-out", [](Play& p) { p.tick(32); }, 0},
        {"503 and no other core", [](Play& p) { p.core(503), p.tick(32); }, 0},
        {"408 while another core may be tried", [](Play& p) { p.core(408); }, 1},
        {"nothing yet", [](Play& p) { p.tick(31); }, 1},
        {"a forged 403", [](Play& p) { p.core(403, {own_branch("z9hG4bKguess")}); }, 1},
        {"a new 401: the new one is pending instead",
         [](Play& p) { p.attempt.nonce = "again", p.core(401), p.leaving(401); }, 1},
    };
    for (const auto& failure : failures) {
        SCOPED_TRACE(failure.name);
        Play p;
        attempt(p);
        failure.step(p);
        EXPECT_EQ(p.kernel.challenges.size(), failure.left);
        EXPECT_EQ(p.policy.counts().pending, failure.left);
    }
}

TEST(Challenge, ReportsTheUser_WhenTheTimerEnds) {
    const std::vector<Row> rows{
        {"nobody answers",
         [](Play& p) { p.challenge(alice), p.tick(240); },
         {kChallenged, "auth_timeout alice@ims.test"},
         {}},
        {"not before its end", [](Play& p) { p.challenge(alice), p.tick(239); }, {kChallenged}, {}},
        {"answered in time",
         [](Play& p) { p.registers(alice), p.tick(240); },
         {kChallenged, kBound},
         {kAlice}},
        {"a later challenge has its own timer",
         [](Play& p) {
             p.challenge(alice), p.tick(200), p.challenge(alice), p.tick(40), p.tick(199);
             p.tick(1);
         },
         {kChallenged, kChallenged, "auth_timeout alice@ims.test"},
         {}},
        {"the answer comes while the timer ends",
         [](Play& p) {
             p.challenge(alice), p.tick(239);
             p.inner(alice), p.onward(), p.tick(2), p.core(200);
         },
         {kChallenged, kBound},
         {kAlice}},
        {"refused by the home network: it knows already",
         [](Play& p) { p.challenge(alice), p.inner(alice), p.onward(), p.core(403), p.tick(240); },
         {kChallenged},
         {}},
    };
    run(rows);
}

TEST(Challenge, OfOthersDoesNotPushOutMine) {
    Play p;
    p.challenge(alice);
    const auto mine = p.attempt.nonce;
    for (int i = 0; i < 100; ++i)
        p.challenge(mallory);
    EXPECT_EQ(p.kernel.challenges.size(), 1 + kPendingsOfUser);
    (void)p.notices();
    p.accept(alice, {nonce(mine)});
    EXPECT_EQ(p.notices(), Lines{kBound});
}

TEST(Challenge, OldestGoes_WhenTheTableIsFull) {
    Rules rules;
    rules.challenges = 2;
    Play p(rules);
    p.challenge(alice);
    p.challenge(bob);
    p.challenge(alice_roaming);
    EXPECT_EQ(p.kernel.challenges.size(), 2U);
    EXPECT_EQ(p.policy.counts().pending, 2U);
    EXPECT_FALSE(
        p.kernel.challenges.contains({alice.at.address.value(), p.hasher.nonce("nonce-1")}));
}

TEST(Challenge, ExcludesNobody) {
    Play p;
    p.challenge(alice);
    p.registers(mallory);
    EXPECT_EQ(p.bindings(), Lines{"192.0.2.7:5062 bound mallory@ims.test"});
}

} // namespace
} // namespace gmguard::binding
