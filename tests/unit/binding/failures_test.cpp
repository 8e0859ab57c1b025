// SPDX-License-Identifier: BSD-2-Clause
// Of which failed registrations the home network is told (D.2.2), and of which it is not, so that
// nobody can have others reported (H22).
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

const Phone mallory_as_alice{"alice@ims.test", {"sip:alice@ims.test"}, mallory.at};
const Phone stranger_as_alice{
    "alice@ims.test", {"sip:alice@ims.test"}, *Endpoint::parse("192.0.2.66:5070")};

struct Told {
    const char* name;
    std::function<void(Play&)> steps;
    Lines failures; // IMPIs, in their order
};

void run(const std::vector<Told>& rows) {
    for (const Told& row : rows) {
        SCOPED_TRACE(row.name);
        Play play;
        row.steps(play);
        Lines told;
        for (const auto& failure : play.failures)
            told.push_back(failure.impi);
        EXPECT_EQ(told, row.failures);
    }
}

TEST(Failure, SaysWhatTheReportRepeats) {
    Play play;
    play.challenge(alice);
    play.tick(239);
    EXPECT_TRUE(play.failures.empty());
    const Outcome out = play.policy.handle(Tick{play.now_ns + kSecond});
    ASSERT_EQ(out.failures.size(), 1U);
    const Failure& failure = out.failures.front();
    EXPECT_EQ(out.notices.at(failure.notice).kind, NoticeKind::auth_timeout);
    EXPECT_EQ(out.notices.at(failure.notice).detail, "");
    EXPECT_EQ(failure.impi, "alice@ims.test");
    EXPECT_EQ(failure.impu, "sip:alice@ims.test");
    EXPECT_EQ(failure.domain, "ims.test");
    EXPECT_EQ(failure.nonce, play.attempt.nonce);
}

TEST(Failure, IsToldOncePerUserAndTimer) {
    run({
        {"one challenge",
         [](Play& p) { p.challenge(alice), p.tick(240), p.tick(600); },
         {"alice@ims.test"}},
        {"two at two addresses: the later one's timer counts",
         [](Play& p) {
             p.challenge(alice), p.tick(100), p.challenge(stranger_as_alice), p.tick(140);
             EXPECT_TRUE(p.failures.empty()) << "a later challenge cancels";
             p.tick(100);
         },
         {"alice@ims.test"}},
        {"eight at once",
         [](Play& p) {
             for (unsigned i = 0; i < kPendingsOfUser; ++i)
                 p.challenge(alice);
             p.tick(240);
         },
         {"alice@ims.test"}},
        {"another user's challenge cancels nothing",
         [](Play& p) { p.challenge(alice), p.tick(100), p.challenge(bob), p.tick(240); },
         {"alice@ims.test", "bob@ims.test"}},
        {"a second attempt, after the first was told",
         [](Play& p) { p.challenge(alice), p.tick(240), p.challenge(alice), p.tick(240); },
         {"alice@ims.test", "alice@ims.test"}},
    });
}

TEST(Failure, IsNotTold_WhenTheUserCameAfterAll) {
    run({
        {"the same phone", [](Play& p) { p.registers(alice), p.tick(240); }, {}},
        {"from another address",
         [](Play& p) { p.challenge(alice), p.registers(alice_roaming), p.tick(240); },
         {}},
        {"and left again before the timer's end",
         [](Play& p) {
             p.challenge(alice), p.registers(alice_roaming), p.deregisters(alice_roaming);
             p.tick(240);
         },
         {}},
        {"refused by the home network, which knows",
         [](Play& p) { p.challenge(alice), p.inner(alice), p.onward(), p.core(403), p.tick(240); },
         {}},
    });
}

TEST(Failure, IsNotTold_OfAUserWhoIsRegistered) {
    const auto begins_after = [](const Phone& attacker) {
        return [&attacker](Play& p) {
            p.registers(alice), p.challenge(attacker), p.tick(240);
            EXPECT_EQ(p.heard_notices.back().kind, NoticeKind::auth_timeout);
            EXPECT_EQ(p.heard_notices.back().detail, "not reported: this user is registered");
        };
    };
    run({
        {"elsewhere", begins_after(stranger_as_alice), {}},
        {"at the address that a forged REGISTER names", begins_after(mallory_as_alice), {}},
    });
}

TEST(Failure, StaysCancelled_WhenPoolsChange) {
    Play play;
    play.challenge(stranger_as_alice);
    play.challenge(alice);
    play.tick(10);
    play.form = {128, 0};
    play.take(play.policy.reform(play.now_ns));
    play.tick(230);
    EXPECT_EQ(play.failures.size(), 1U);
    EXPECT_EQ(play.failures.front().nonce, play.attempt.nonce) << "the later one's";
}

} // namespace
} // namespace gmguard::binding
