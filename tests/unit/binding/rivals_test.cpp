// SPDX-License-Identifier: BSD-2-Clause
// Two users of one selector under "contest": the newcomer authenticates while the holder is asked
// (protocol 9.2, 9.3; I5).
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kMallory = "192.0.2.7:5062 bound mallory@ims.test";

struct Contested : Play {
    explicit Contested(bool contest = true) : Play() {
        if (contest)
            policy.contest_by([](Address) { return GM_CONFLICT_CONTEST; });
        registers(alice);
        (void)notices();
    }
    // The series that was asked for last has ended.
    void end_series(bool answered) {
        ASSERT_FALSE(probes.empty());
        take(policy.handle(Probed{now_ns, probes.back().number, answered}));
    }
};

} // namespace

TEST(Rivals, TheHolderIsAsked_WhenAnotherIsChallenged) {
    Contested play;
    play.challenge(mallory);
    EXPECT_THAT(play.notices(), ElementsAre("challenged mallory@ims.test",
                                            "contested mallory@ims.test against alice@ims.test"));
    ASSERT_EQ(play.probes.size(), 1u);
    EXPECT_EQ(play.probes.back().phone, alice.at);
    EXPECT_EQ(play.probes.back().pcscf.address, *Address::parse("192.0.2.1"));
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
}

TEST(Rivals, NobodyIsAsked_WhereThereIsNoContest) {
    Contested strict(false), own, elsewhere;
    strict.challenge(mallory);
    strict.accept(mallory);
    EXPECT_THAT(strict.probes, IsEmpty());
    own.challenge(alice);
    EXPECT_THAT(own.probes, IsEmpty());
    elsewhere.challenge(bob);
    EXPECT_THAT(elsewhere.probes, IsEmpty());
}

TEST(Rivals, ASilentHolderIsSuperseded_AtThe200) {
    Contested play;
    play.challenge(mallory);
    play.tick(8);
    play.end_series(false);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice)); // until the other one has authenticated
    (void)play.notices();
    play.accept(mallory);
    EXPECT_THAT(play.notices(), ElementsAre("superseded mallory@ims.test against alice@ims.test",
                                            "bound mallory@ims.test"));
    EXPECT_THAT(play.bindings(), ElementsAre(kMallory));
    EXPECT_FALSE(play.may_speak(mallory, "tel:+15550100"));
    EXPECT_EQ(play.owner("tel:+15550100"), "");
}

TEST(Rivals, ASilentHolderIsSuperseded_WhenTheSeriesEndsAfterThe200) {
    Contested play;
    play.challenge(mallory);
    play.accept(mallory);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
    EXPECT_EQ(play.policy.counts().shadow, 1u);
    play.tick(8);
    play.end_series(false);
    EXPECT_THAT(play.bindings(), ElementsAre(kMallory));
    EXPECT_EQ(play.policy.counts().shadow, 0u);
}

TEST(Rivals, AHolderWhoAnswersKeepsIt_AndIsAskedAgain) {
    Contested play;
    play.challenge(mallory);
    play.end_series(true);
    play.accept(mallory);
    EXPECT_THAT(play.notices(),
                ElementsAre("challenged mallory@ims.test",
                            "contested mallory@ims.test against alice@ims.test",
                            "conflict mallory@ims.test against alice@ims.test",
                            "shadowed mallory@ims.test against alice@ims.test",
                            "address_conflict mallory@ims.test against alice@ims.test"));
    play.tick(29);
    EXPECT_EQ(play.probes.size(), 1u);
    play.tick(2);
    ASSERT_EQ(play.probes.size(), 2u);
    play.end_series(true);
    EXPECT_THAT(play.notices(),
                ElementsAre("address_conflict mallory@ims.test against alice@ims.test"));
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
    play.tick(31);
    ASSERT_EQ(play.probes.size(), 3u);
    play.end_series(false);
    EXPECT_THAT(play.bindings(), ElementsAre(kMallory));
}

// The 200 may be lost on its way to him: the kernel lets him ask for it again.
TEST(Rivals, WhoIsInQuarantineMayRepeatHisRegister) {
    Contested play;
    play.challenge(mallory);
    play.accept(mallory);
    ASSERT_EQ(play.kernel.challenges.size(), 1u);
    const auto& [key, challenge] = *play.kernel.challenges.begin();
    EXPECT_EQ(challenge.user, play.hasher.impi(mallory.impi));
    EXPECT_EQ(challenge.expires_ns, play.now_ns + 32 * kSecond);
}

// Only the probes are limited: one series serves all who ask.
TEST(Rivals, OneSeriesServesAll) {
    Contested play;
    for (int i = 0; i < 20; ++i)
        play.challenge(mallory);
    EXPECT_EQ(play.probes.size(), 1u);
    play.tick(31);
    play.challenge(mallory);
    EXPECT_EQ(play.probes.size(), 2u);
}

// I1, I3: silence alone gives nobody anything.
TEST(Rivals, SilenceEndsNothing_WhereNobodyAuthenticates) {
    Contested play;
    play.challenge(mallory);
    play.end_series(false);
    play.tick(300);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
}

TEST(Rivals, AnOldSilenceDoesNotCount) {
    Contested late, renewed;
    late.challenge(mallory);
    late.end_series(false);
    late.tick(31);
    late.accept(mallory);
    EXPECT_THAT(late.bindings(), ElementsAre(kAlice));
    EXPECT_EQ(late.probes.size(), 2u); // he is asked anew

    renewed.challenge(mallory);
    renewed.end_series(false);
    renewed.accept(alice);
    renewed.accept(mallory);
    EXPECT_THAT(renewed.bindings(), ElementsAre(kAlice));
}

TEST(Rivals, AnEndThatNobodyAskedFor_IsIgnored) {
    Contested play;
    play.challenge(mallory);
    play.accept(mallory);
    play.take(play.policy.handle(Probed{play.now_ns, 4711, false}));
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
}

// What ends by itself or by hand leaves its selector to who waits for it.
TEST(Rivals, WhoWaitsGetsIt_WhenTheHolderIsReleased) {
    Contested play;
    play.challenge(mallory);
    play.accept(mallory);
    const auto released =
        play.policy.release(play.policy.holder(alice.at, play.now_ns)->id, play.now_ns);
    ASSERT_TRUE(released);
    play.take(*released);
    play.tick(1);
    EXPECT_THAT(play.bindings(), ElementsAre(kMallory));
}

} // namespace gmguard::binding
