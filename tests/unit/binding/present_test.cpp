// SPDX-License-Identifier: BSD-2-Clause
// H14: phones that registered before the guard came.
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kMonitored = 1, kEnforced = 2; // listeners

void adopts(Play& play, std::uint64_t window_s = 10'000) {
    const std::uint64_t until = play.now_ns + window_s * kSecond;
    play.policy.adopt_by([until](std::uint32_t listener) {
        return listener == kMonitored ? until : std::uint64_t{0};
    });
}

void speaks(Play& play, const Phone& phone, std::uint32_t listener = kMonitored) {
    play.take(play.policy.handle(Unregistered{play.now_ns, phone.at, listener}));
}

Change at_listener(std::uint32_t listener) {
    return [listener](Heard& heard) { heard.listener = listener; };
}

// A REGISTER in the old security association and its 200, without a challenge.
void refreshes(Play& play, const Phone& phone) {
    play.inner(phone, {at_listener(kMonitored)});
    play.onward();
    play.core(200);
}

TEST(Present, IsAdopted_WhereItSpeaks) {
    const char* adopted = "192.0.2.7:5062 adopted ";
    run(
        {
            {"speaks in monitor", [](Play& p) { speaks(p, alice); }, {"adopted"}, {adopted}},
            {"again",
             [](Play& p) {
                 speaks(p, alice);
                 speaks(p, alice);
             },
             {"adopted"},
             {adopted}},
            {"where the check is enforced", [](Play& p) { speaks(p, alice, kEnforced); }, {}, {}},
            {"after the time for it",
             [](Play& p) {
                 p.tick(10'001);
                 speaks(p, alice);
             },
             {},
             {}},
            {"until that time",
             [](Play& p) {
                 speaks(p, alice);
                 p.tick(10'001);
             },
             {"adopted"},
             {}},
            {"where somebody is bound",
             [](Play& p) {
                 p.registers(alice);
                 speaks(p, alice);
             },
             {kChallenged, kBound},
             {kAlice}},
            {"released by hand",
             [](Play& p) {
                 speaks(p, alice);
                 const auto id = p.policy.find(Query{.state = GM_STATE_ADOPTED}).items.at(0).id;
                 p.take(*p.policy.release(id, p.now_ns));
             },
             {"adopted", "released"},
             {}},
        },
        {.before = [](Play& p) { adopts(p); }});
}

TEST(Present, KeepsNobodyOut) {
    Play play;
    adopts(play);
    speaks(play, alice);
    EXPECT_FALSE(play.policy.holder(alice.at, play.now_ns));
    play.registers(mallory); // same selector: she authenticates, the adopted one did not
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 bound mallory@ims.test"));
    EXPECT_EQ(play.policy.counts().adopted, 0U);
    EXPECT_EQ(play.policy.counts().shadow, 0U);
}

TEST(Present, EndsWithTheNext200) {
    Play play;
    adopts(play);
    speaks(play, alice);
    play.registers(alice);
    EXPECT_THAT(play.notices(), ElementsAre("adopted", kChallenged, kBound));
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
    EXPECT_TRUE(play.may_speak(alice, "sip:alice@ims.test"));
}

// A 200 without a challenge: the core knows who it is, the guard takes its word for the names, but
// whoever authenticates is worth more.
TEST(Present, StaysAdopted_WhenItRefreshesUnchallenged) {
    Play play;
    adopts(play);
    refreshes(play, alice); // her first word is a REGISTER
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 adopted alice@ims.test"));
    EXPECT_EQ(play.owner("sip:alice@ims.test"), "");
    refreshes(play, alice);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 adopted alice@ims.test"));
    (void)play.notices();
    refreshes(play, mallory); // known to be alice's
    EXPECT_THAT(play.notices(), ElementsAre("not_believed/no_challenge mallory@ims.test"));
    play.registers(alice);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
    EXPECT_NE(play.owner("sip:alice@ims.test"), "");
}

TEST(Present, IsNotBelievedUnchallenged_WhereNothingIsAdopted) {
    Play play;
    refreshes(play, alice);
    EXPECT_THAT(play.notices(), ElementsAre("not_believed/no_challenge alice@ims.test"));
    EXPECT_THAT(play.bindings(), IsEmpty());
}

TEST(Present, CoolsDown_WhenItDeregisters) {
    Play play;
    adopts(play);
    speaks(play, alice);
    play.deregisters(alice);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 cooldown "));
    play.tick(200);
    EXPECT_THAT(play.bindings(), IsEmpty());
}

// Where the associations of a P-CSCF are seen, they say who was there, also where it is enforced.
TEST(Present, IsAdopted_WhereItHasAnAssociation) {
    const char* adopted = "192.0.2.7:5062 adopted ";
    const auto has = [](std::uint64_t window_s, const Endpoint& source = alice.at) {
        return [=](Play& p) {
            const auto until = window_s == 0 ? 0 : p.now_ns + window_s * kSecond;
            p.take(p.policy.handle(SaInstalled{p.now_ns, *Address::parse("192.0.2.1"), 4097, source,
                                               6100, true, until}));
        };
    };
    const auto has_long = has(10'000);
    run({
        {"from before the guard", has_long, {"adopted"}, {adopted}},
        {"until the time for it",
         [=](Play& p) {
             has_long(p);
             p.tick(10'001);
         },
         {"adopted"},
         {}},
        {"where none is adopted", has(0), {}, {}},
        {"of no port, where the port counts", has(10'000, {alice.at.address, 0}), {}, {}},
        {"told again",
         [=](Play& p) {
             has_long(p);
             has_long(p);
         },
         {"adopted"},
         {adopted}},
        {"where somebody is bound",
         [=](Play& p) {
             p.registers(alice);
             has_long(p);
         },
         {kChallenged, kBound},
         {kAlice}},
        {"who registers",
         [=](Play& p) {
             has_long(p);
             p.registers(alice);
         },
         {"adopted", kChallenged, kBound},
         {kAlice}},
        {"and another registers there",
         [=](Play& p) {
             has_long(p);
             p.registers(mallory);
         },
         {"adopted", "challenged mallory@ims.test", "bound mallory@ims.test"},
         {"192.0.2.7:5062 bound mallory@ims.test"}},
    });
}

TEST(Present, HasItsAssociation) {
    Play play;
    play.take(play.policy.handle(SaInstalled{play.now_ns, *Address::parse("192.0.2.1"), 4097,
                                             alice.at, 6100, true, play.now_ns + kSecond}));
    ASSERT_EQ(play.kernel.spis.size(), 1U);
    EXPECT_EQ(play.kernel.spis.begin()->second.subscriber, 1U);
}

TEST(Present, TakesNoMoreThanItsShare) {
    Play play(Rules{.bindings = 4, .adopted = 1});
    adopts(play);
    speaks(play, alice);
    speaks(play, bob);
    EXPECT_EQ(play.policy.counts().adopted, 1U);
    play.registers(bob);
    EXPECT_EQ(play.policy.counts().bound, 1U);
}

// --- H16: an operator knows better

TEST(HandOver, BindsTheShadowInTheHoldersPlace) {
    Play play;
    play.registers(alice);
    play.registers(mallory);
    const auto shadow = play.policy.find(Query{.state = GM_STATE_SHADOW}).items.at(0).id;
    (void)play.notices();
    play.take(*play.policy.hand_over(shadow, play.now_ns));
    EXPECT_THAT(play.notices(), ElementsAre("released alice@ims.test", "bound mallory@ims.test"));
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 bound mallory@ims.test"));
    EXPECT_TRUE(play.may_speak(mallory, "sip:mallory@ims.test"));
    EXPECT_FALSE(play.may_speak(mallory, "sip:alice@ims.test"));
    EXPECT_EQ(play.policy.counts().shadow, 0U);
    EXPECT_FALSE(play.policy.hand_over(shadow, play.now_ns)) << "once";
}

TEST(HandOver, NeedsAShadow) {
    Play play;
    play.registers(alice);
    const auto binding = play.policy.find(Query{.state = GM_STATE_BOUND}).items.at(0).id;
    for (const auto& id : {binding, std::string("b_s7"), std::string("nonsense")})
        EXPECT_FALSE(play.policy.hand_over(id, play.now_ns)) << id;
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice));
}

} // namespace
} // namespace gmguard::binding
