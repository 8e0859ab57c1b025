// SPDX-License-Identifier: BSD-2-Clause
// Pools that change while phones are bound, and while they register.
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr gm_key_form kWhole{128, 0};

void reform(Play& play, gm_key_form form) {
    play.form = form;
    play.take(play.policy.reform(play.now_ns));
}

TEST(Reform, EndsBindingsOfAnotherForm_EachWithANotice) {
    Play play;
    play.registers(alice);
    play.registers(carol_v6);
    (void)play.notices();
    reform(play, kWhole);
    EXPECT_THAT(play.notices(), ElementsAre("released alice@ims.test"));
    EXPECT_EQ(play.policy.counts().bound, 1U) << "the other family has the form of before";
    EXPECT_EQ(play.kernel.bindings.size(), 1U);
    EXPECT_FALSE(play.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_EQ(play.owner("sip:alice@ims.test"), "");
    play.registers(alice);
    EXPECT_TRUE(play.may_speak(alice, "sip:alice@ims.test")) << "and she comes again";
}

TEST(Reform, ChangesNothing_WhenTheFormsAreTheSame) {
    Play play;
    play.registers(alice);
    play.challenge(bob);
    const auto out = play.policy.reform(play.now_ns);
    EXPECT_THAT(out.operations, IsEmpty());
    EXPECT_THAT(out.notices, IsEmpty());
}

TEST(Reform, KeepsARegistration_BetweenChallengeAndAnswer) {
    Play play;
    play.challenge(alice);
    reform(play, {120, 0});
    EXPECT_EQ(play.policy.counts().pending, 1U);
    play.accept(alice);
    EXPECT_TRUE(play.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_EQ(play.policy.holder(alice.at, play.now_ns)->selector.bits, 120);
}

TEST(Reform, KeepsARegistration_BetweenRequestAnd200) {
    Play play;
    play.challenge(alice);
    play.inner(alice);
    play.onward();
    reform(play, kWhole);
    play.core(200);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7 bound alice@ims.test"));
}

TEST(Reform, ForgetsShadowsOfAnotherForm) {
    Play play;
    play.registers(alice);
    play.registers(mallory);
    ASSERT_EQ(play.policy.counts().shadow, 1U);
    reform(play, kWhole);
    EXPECT_EQ(play.policy.counts().shadow, 0U);
}

TEST(Reform, IsCountedBefore) {
    Play play;
    play.registers(alice);
    play.registers(bob);
    play.deregisters(bob);
    EXPECT_EQ(play.policy.misfits(play.forms), 0U);
    EXPECT_EQ(play.policy.misfits([](Address) { return kWhole; }), 1U) << "bob is gone";
}

} // namespace
} // namespace gmguard::binding
