// SPDX-License-Identifier: BSD-2-Clause
// A binding whose associations are gone keeps its identities and keeps nobody out (H21); and what
// ends with the lease of its address.
#include "unit/binding/gm.hpp"
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kLapsed = "192.0.2.7:5062 lapsed alice@ims.test";

// alice is bound by two associations.
struct Bound : Gm {
    Bound() {
        offered(alice, 5062);
        installed(kSpiC, alice.at);
        installed(kSpiS, alice.at);
        accept(alice);
        (void)notices();
    }
    void all_gone() {
        gone(kSpiC);
        gone(kSpiS);
    }
};

} // namespace

TEST(Lapses, ABindingWithoutAssociations_KeepsNobodyOutAfterAWhile) {
    Bound gm;
    gm.all_gone();
    gm.tick(127);
    EXPECT_THAT(gm.bindings(), ElementsAre(kAlice));
    gm.tick(2);
    EXPECT_THAT(gm.bindings(), ElementsAre(kLapsed));
    EXPECT_THAT(gm.notices(), ElementsAre("lapsed alice@ims.test"));
    EXPECT_TRUE(gm.may_speak(alice, alice.impus.front()));
    gm.registers(mallory);
    EXPECT_THAT(gm.bindings(), ElementsAre("192.0.2.7:5062 bound mallory@ims.test"));
    EXPECT_FALSE(gm.may_speak(mallory, alice.impus.front()));
}

TEST(Lapses, ItsUserTakesItBack) {
    Bound gm;
    gm.all_gone();
    gm.tick(129);
    gm.offered(alice, 5062, offers(5000, 5001));
    gm.accept(alice);
    EXPECT_THAT(gm.bindings(), ElementsAre(kAlice));
}

TEST(Lapses, OneThatHasAnAssociationDoesNot) {
    Bound one_left, replaced, refreshed;
    one_left.gone(kSpiC);
    one_left.tick(500);
    EXPECT_THAT(one_left.bindings(), ElementsAre(kAlice));

    replaced.all_gone();
    replaced.tick(100);
    replaced.offered(alice, 5062, offers(5000, 5001));
    replaced.installed(5001, alice.at);
    replaced.accept(alice);
    replaced.tick(500);
    EXPECT_THAT(replaced.bindings(), ElementsAre(kAlice));
}

// Where nobody tells of associations, their absence says nothing.
TEST(Lapses, OneThatNeverHadAnyDoesNot) {
    Play play;
    play.registers(alice);
    play.tick(500);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
}

// The newcomer's own REGISTER may have made the P-CSCF throw them away.
TEST(Lapses, OneWhoseAssociationsAnotherUserMayHaveEndedDoesNot) {
    Bound gm;
    gm.offered(mallory, 5062, offers(5000, 5001));
    gm.all_gone();
    gm.tick(500);
    EXPECT_THAT(gm.bindings(), ElementsAre(kAlice));
}

TEST(Lapses, IsStillOne_AfterARestart) {
    Bound gm;
    gm.all_gone();
    gm.tick(129);
    Play after;
    after.kernel = gm.kernel;
    after.now_ns = gm.now_ns;
    after.take(after.adopt());
    EXPECT_THAT(after.bindings(), ElementsAre(kLapsed));
    EXPECT_EQ(after.policy.counts().lapsed, 1u);
}

TEST(Contest, OfAnAssociation_LetsANewcomerRegisterByHis) {
    Bound gm;
    gm.policy.contest_by([](Address) { return GM_CONFLICT_CONTEST; });
    gm.installed(5001, mallory.at);
    EXPECT_EQ(gm.spis().back(), "5001 refused of nobody") << "nobody was challenged for it";
    gm.offered(mallory, 5062, offers(5000, 5001));
    EXPECT_THAT(gm.spis(), ElementsAre("4096 installed of 1", "4097 installed of 1",
                                       "5000 offered of nobody", "5001 installed of nobody"));
}

TEST(Contest, IsAskedByTheHoldersAssociation) {
    Bound gm;
    gm.policy.contest_by([](Address) { return GM_CONFLICT_CONTEST; });
    gm.challenge(mallory);
    ASSERT_EQ(gm.probes.size(), 1u);
    EXPECT_EQ(gm.probes.back().phone, alice.at);
    EXPECT_EQ(gm.probes.back().pcscf, (Endpoint{kGm, 6100}));
    EXPECT_EQ(gm.probes.back().subscriber, 1u);
}

TEST(Lease, EndsWhatIsBoundToItsAddress_AtOnce) {
    struct Row {
        const char* addresses;
        bool ends;
    };
    for (const auto& [addresses, ends] : {Row{"192.0.2.7", true}, Row{"192.0.2.0/29", true},
                                          Row{"192.0.2.6", false}, Row{"192.0.2.8/29", false}}) {
        SCOPED_TRACE(addresses);
        Bound gm;
        gm.take(gm.policy.end_lease(*Prefix::parse(addresses), gm.now_ns));
        if (ends)
            EXPECT_THAT(gm.bindings(), IsEmpty());
        else
            EXPECT_THAT(gm.bindings(), ElementsAre(kAlice));
        EXPECT_EQ(gm.spis().empty(), ends);
        EXPECT_EQ(gm.notices().size(), ends ? 1u : 0u);
    }
}

// A part of what one subscriber has is his no more, so none of it is.
TEST(Lease, OfAnAddressInAPrefix_EndsThePrefix) {
    Play play({}, {128, 1}, {64, 0});
    play.registers(carol_v6);
    play.take(play.policy.end_lease({carol_v6.at.address, 128}, play.now_ns));
    EXPECT_THAT(play.bindings(), IsEmpty());
}

TEST(Lease, ForgetsShadows_AndKeepsWhoWasChallenged) {
    Play play;
    play.registers(alice);
    play.registers(mallory);
    ASSERT_EQ(play.policy.counts().shadow, 1u);
    play.challenge(mallory);
    play.take(play.policy.end_lease(*Prefix::parse("192.0.2.7"), play.now_ns));
    EXPECT_EQ(play.policy.counts().shadow, 0u);
    play.accept(mallory);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 bound mallory@ims.test"));
}

} // namespace gmguard::binding
