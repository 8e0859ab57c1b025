// SPDX-License-Identifier: BSD-2-Clause
// Life of a binding: commit, refresh, removal, expiry, conflict, a new port.
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::uint64_t kGranted = 600 * kSecond;
constexpr std::uint64_t kMargin = 30 * kSecond;

TEST(Binding, IsInTheKernelAsTheAnswerGrants) {
    Play p;
    p.registers(alice);
    const gm_binding* b = p.binding(alice);
    ASSERT_NE(b, nullptr);
    EXPECT_EQ(b->user, p.hasher.impi("alice@ims.test"));
    EXPECT_EQ(b->expires_ns, p.now_ns + kGranted + kMargin);
    EXPECT_EQ(b->last_seen_ns, p.now_ns);
    EXPECT_STREQ(b->selector, "192.0.2.7:5062");
    EXPECT_STREQ(b->impi, "alice@ims.test");
    EXPECT_STREQ(b->impu, "sip:alice@ims.test");
    EXPECT_EQ(p.kernel.identities().size(), 2U);
    EXPECT_EQ(p.owner("tel:+15550100"), "192.0.2.7:5062");
    EXPECT_TRUE(p.kernel.challenges.empty());
}

TEST(Binding, LastsAsLongAsTheMatchingContactIsGranted) {
    const Endpoint elsewhere = bob.at;
    struct Case {
        const char* name;
        Play::Changes request, answer;
        std::uint64_t seconds;
    };
    const std::vector<Case> cases{
        {"its ;expires", {}, {expiry(100)}, 100},
        {"Expires, where the Contact has none", {}, {expires_header(200)}, 200},
        {"what was asked for, where the answer says nothing",
         {expiry(300)},
         {contacts({contact(alice.at, {})})},
         300},
        {"3600, where nobody says",
         {contacts({contact(alice.at, {})})},
         {contacts({contact(alice.at, {})})},
         3600},
        {"not another device's of the same user",
         {},
         {contacts({contact(elsewhere, 7000), contact(alice.at, 100), contact(elsewhere, 8000)})},
         100},
        {"rewritten in the answer: Expires, then what was asked for",
         {},
         {contacts({contact(elsewhere, 7000)})},
         600},
        {"no longer than 600000 where only the phone says so",
         {expiry(4'000'000'000)},
         {contacts({contact(elsewhere, 7000)})},
         600'000},
        {"rewritten for the core and back: the place tells",
         {contacts({contact(bob.at, 300)})},
         {contacts({contact(alice.at, 50)})},
         50},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        Play p;
        p.registers(alice, c.request, c.answer);
        ASSERT_NE(p.binding(alice), nullptr);
        EXPECT_EQ(p.binding(alice)->expires_ns, p.now_ns + (c.seconds + 30) * kSecond);
    }
}

TEST(Binding, KnowsTheContactAsItWentOn) {
    Play p;
    p.challenge(alice);
    p.inner(alice);
    p.onward({contacts({contact(bob.at, 600)})});
    p.core(200, {contacts({contact(bob.at, 70), contact(alice_roaming.at, 9000)})});
    ASSERT_NE(p.binding(alice), nullptr);
    EXPECT_EQ(p.binding(alice)->expires_ns, p.now_ns + 100 * kSecond);
}

TEST(Binding, HoldsTheAssociatedIdentitiesElseTheTo) {
    struct Case {
        const char* name;
        Play::Changes answer;
        std::vector<std::string> held, not_held;
    };
    const std::vector<Case> cases{
        {"the implicit set", {}, {"sip:alice@ims.test", "tel:+15550100"}, {"sip:bob@ims.test"}},
        {"a set without the To (barred)",
         {associated({"tel:+15550100"})},
         {"tel:+15550100"},
         {"sip:alice@ims.test"}},
        {"none: the To", {associated({})}, {"sip:alice@ims.test"}, {"tel:+15550100"}},
        {"what is no identity is left out",
         {associated({"nonsense", "sip:a@ims.test", "sip:a@IMS.test"})},
         {"sip:a@ims.test"},
         {"nonsense"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        Play p;
        p.registers(alice, {}, c.answer);
        for (const auto& impu : c.held)
            EXPECT_TRUE(p.may_speak(alice, impu)) << impu;
        for (const auto& impu : c.not_held)
            EXPECT_FALSE(p.may_speak(alice, impu)) << impu;
        EXPECT_EQ(p.kernel.identities().size(), c.held.size());
    }
}

TEST(Refresh, KeepsTheSubscriberAndReplacesTheIdentities) {
    Play p;
    p.registers(alice);
    const auto subscriber = p.binding(alice)->subscriber;
    p.tick(300);
    p.accept(alice, {}, {associated({"sip:alice@ims.test", "sip:new@ims.test"})});
    EXPECT_EQ(p.binding(alice)->subscriber, subscriber);
    EXPECT_EQ(p.binding(alice)->expires_ns, p.now_ns + kGranted + kMargin);
    EXPECT_TRUE(p.may_speak(alice, "sip:new@ims.test"));
    EXPECT_FALSE(p.may_speak(alice, "tel:+15550100"));
    EXPECT_EQ(p.owner("tel:+15550100"), "");
    EXPECT_THAT(p.notices(), ElementsAre(kChallenged, kBound, "refreshed alice@ims.test"));
}

TEST(Refresh, IsReported_WhenItIsChallengedAndKeepsItsPort) {
    Play p;
    p.registers(alice);
    (void)p.notices();
    p.registers(alice);
    EXPECT_THAT(p.notices(),
                ElementsAre(kChallenged, "refreshed alice@ims.test", "port_reused alice@ims.test"));
}

TEST(Refresh, AddsTheSetOfAnotherAddressOfRecord) {
    Play p;
    p.registers(alice);
    p.accept(alice, {to("sip:work@ims.test")}, {associated({"sip:work@ims.test"}), expiry(60)});
    EXPECT_TRUE(p.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_TRUE(p.may_speak(alice, "sip:work@ims.test"));
    EXPECT_EQ(p.binding(alice)->expires_ns, p.now_ns + kGranted + kMargin);

    (void)p.notices();
    p.accept(alice, {to("sip:work@ims.test"), expiry(0)}, {no_contacts()});
    EXPECT_FALSE(p.may_speak(alice, "sip:work@ims.test"));
    EXPECT_TRUE(p.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_THAT(p.bindings(), ElementsAre(kAlice));
    EXPECT_THAT(p.notices(), ElementsAre("refreshed alice@ims.test"));
    p.deregisters(alice);
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.7:5062 cooldown alice@ims.test"));
}

TEST(Refresh, DropsTheSetThatExpired) {
    Play p;
    p.registers(alice);
    p.accept(alice, {to("sip:work@ims.test")}, {associated({"sip:work@ims.test"}), expiry(60)});
    p.tick(100);
    p.accept(alice);
    EXPECT_FALSE(p.may_speak(alice, "sip:work@ims.test"));
    EXPECT_TRUE(p.may_speak(alice, "sip:alice@ims.test"));
}

// H20, and protocol 3.5: only the 200 to a transaction that asked for it removes.
TEST(Removal, HappensOnlyByThe200ToATransactionThatAskedForIt) {
    const std::string cooldown = "192.0.2.7:5062 cooldown alice@ims.test";
    const std::string released = "released alice@ims.test";
    const std::string refreshed = "refreshed alice@ims.test";
    const std::vector<Row> rows{
        {"expiry 0", [](Play& p) { p.deregisters(alice); }, {released}, {cooldown}},
        {"Expires: 0",
         [](Play& p) { p.accept(alice, {expires_header(0)}, {no_contacts()}); },
         {released},
         {cooldown}},
        {"*", [](Play& p) { p.accept(alice, {star()}, {no_contacts()}); }, {released}, {cooldown}},
        {"the answer still lists it with expiry 0",
         [](Play& p) { p.accept(alice, {expiry(0)}, {expiry(0)}); },
         {released},
         {cooldown}},
        {"other devices' Contacts stay in the answer",
         [](Play& p) {
             p.accept(alice, {expiry(0)}, {contacts({contact(alice_roaming.at, 500)})});
         },
         {released},
         {cooldown}},
        {"the request alone",
         [](Play& p) { p.inner(alice, {expiry(0)}), p.onward(); },
         {},
         {kAlice}},
        {"401 to it",
         [](Play& p) { p.inner(alice, {expiry(0)}), p.onward(), p.core(401); },
         {},
         {kAlice}},
        {"403 to it",
         [](Play& p) { p.inner(alice, {expiry(0)}), p.onward(), p.core(403); },
         {},
         {kAlice}},
        {"no answer to it",
         [](Play& p) { p.inner(alice, {expiry(0)}), p.onward(), p.tick(32); },
         {"not_believed/no_answer alice@ims.test"},
         {kAlice}},
        {"in clear",
         [](Play& p) { p.clear(alice, {expiry(0)}), p.onward(), p.core(200, {no_contacts()}); },
         {"not_believed/clear_register alice@ims.test"},
         {kAlice}},
        {"a forged 200",
         [](Play& p) {
             p.inner(alice, {expiry(0)}), p.onward();
             p.core(200, {own_branch("z9hG4bKguess"), no_contacts()});
         },
         {"forged_answer/via_list alice@ims.test"},
         {kAlice}},
        {"the answer still lists the Contact",
         [](Play& p) { p.accept(alice, {expiry(0)}, {expiry(500)}); },
         {"not_believed/still_there alice@ims.test"},
         {kAlice}},
        {"a query",
         [](Play& p) { p.accept(alice, {no_contacts()}, {no_contacts()}); },
         {},
         {kAlice}},
        {"a query whose answer lists others",
         [](Play& p) { p.accept(alice, {no_contacts()}, {contacts({contact(bob.at, 500)})}); },
         {},
         {kAlice}},
        {"removal of another Contact",
         [](Play& p) {
             p.accept(alice, {contacts({contact(alice_roaming.at, 0)})}, {no_contacts()});
         },
         {"not_believed/other_contact alice@ims.test"},
         {kAlice}},
        {"a refresh whose Contact is not in the answer",
         [](Play& p) { p.accept(alice, {}, {contacts({contact(bob.at, 500)})}); },
         {refreshed},
         {kAlice}},
        {"a refresh that is granted 0",
         [](Play& p) { p.accept(alice, {}, {expiry(0)}); },
         {"not_believed/other_contact alice@ims.test"},
         {kAlice}},
        {"of another To",
         [](Play& p) { p.accept(alice, {to("sip:work@ims.test"), expiry(0)}, {no_contacts()}); },
         {"not_believed/other_user alice@ims.test"},
         {kAlice}},
        {"by another user on the selector", [](Play& p) { p.deregisters(mallory); }, {}, {kAlice}},
        {"of what is not bound", [](Play& p) { p.deregisters(bob); }, {}, {kAlice}},
    };
    run(rows, {.before = [](Play& p) { p.registers(alice); }});
}

TEST(Removal, CoolsDown_SoThatLastMessagesPassAndOthersMayBind) {
    Play p;
    p.registers(alice);
    p.deregisters(alice);
    EXPECT_EQ(p.binding(alice)->expires_ns, p.now_ns + 128 * kSecond);
    EXPECT_TRUE(p.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_EQ(p.owner("sip:alice@ims.test"), "");
    EXPECT_FALSE(p.policy.holder(alice.at, p.now_ns));

    p.registers(mallory);
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.7:5062 bound mallory@ims.test"));
    EXPECT_FALSE(p.may_speak(mallory, "sip:alice@ims.test"));
    EXPECT_THAT(p.notices(), ElementsAre(kChallenged, kBound, "released alice@ims.test",
                                         "challenged mallory@ims.test", "bound mallory@ims.test"));
}

TEST(Removal, IsOver_AfterTheCooldown) {
    Play p;
    p.registers(alice);
    p.deregisters(alice);
    p.tick(127);
    EXPECT_EQ(p.bindings().size(), 1U);
    p.tick(1);
    EXPECT_TRUE(p.bindings().empty());
    EXPECT_TRUE(p.kernel.identities().empty());
}

TEST(Removal, CanBeFollowedByANewRegistration) {
    Play p;
    p.registers(alice);
    const auto subscriber = p.binding(alice)->subscriber;
    p.deregisters(alice);
    (void)p.notices();
    p.accept(alice); // the old nonce does not do
    EXPECT_THAT(p.notices(), ElementsAre("not_believed/no_challenge alice@ims.test"));
    p.registers(alice);
    EXPECT_THAT(p.bindings(), ElementsAre(kAlice));
    EXPECT_EQ(p.binding(alice)->subscriber, subscriber);
    EXPECT_EQ(p.owner("sip:alice@ims.test"), "192.0.2.7:5062");
}

TEST(Expiry, EndsWhatNobodyRefreshed) {
    Play p;
    p.registers(alice);
    p.registers(bob, {}, {expiry(6000)});
    (void)p.notices();
    p.tick(629);
    EXPECT_EQ(p.bindings().size(), 2U);
    p.tick(1);
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.8:5062 bound bob@ims.test"));
    EXPECT_THAT(p.notices(), ElementsAre("expired alice@ims.test"));
    EXPECT_EQ(p.owner("sip:alice@ims.test"), "");
}

TEST(Expiry, FreesTheSelector_AlsoBeforeTheTick) {
    Play p;
    p.registers(alice);
    p.now_ns += 630 * kSecond;
    p.registers(mallory);
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.7:5062 bound mallory@ims.test"));
    EXPECT_FALSE(p.may_speak(mallory, "sip:alice@ims.test"));
}

TEST(Expiry, IsThatOfTheLastRefresh) {
    Play p;
    p.registers(alice);
    for (int i = 0; i < 5; ++i) {
        p.tick(500);
        p.accept(alice);
    }
    EXPECT_THAT(p.bindings(), ElementsAre(kAlice));
    p.accept(alice, {}, {expiry(10)}); // and shorter
    p.tick(40);
    EXPECT_TRUE(p.bindings().empty());
}

// H16: the core accepts both (Kamailio does), and in monitor nothing stopped the second one.
TEST(Conflict, KeepsTheHolder_InEveryMode) {
    const std::vector<Row> rows{
        {"a second user with a 200 of the core",
         [](Play& p) { p.registers(mallory); },
         {"challenged mallory@ims.test", "conflict mallory@ims.test against alice@ims.test",
          "shadowed mallory@ims.test against alice@ims.test"},
         {kAlice}},
        {"again: known as shadow",
         [](Play& p) { p.registers(mallory), (void)p.notices(), p.registers(mallory); },
         {"challenged mallory@ims.test", "conflict mallory@ims.test against alice@ims.test"},
         {kAlice}},
        {"once the holder has gone, the shadow must register again",
         [](Play& p) {
             p.registers(mallory), p.deregisters(alice), (void)p.notices();
             p.accept(mallory), p.registers(mallory);
         },
         {"not_believed/no_challenge mallory@ims.test", "challenged mallory@ims.test",
          "bound mallory@ims.test"},
         {"192.0.2.7:5062 bound mallory@ims.test"}},
        {"both were challenged, one was first",
         [](Play& p) {
             p.tick(1000), (void)p.notices();
             p.challenge(mallory), p.challenge(alice), p.accept(mallory), p.accept(alice);
         },
         {"challenged mallory@ims.test", kChallenged, "bound mallory@ims.test",
          "conflict alice@ims.test against mallory@ims.test",
          "shadowed alice@ims.test against mallory@ims.test"},
         {"192.0.2.7:5062 bound mallory@ims.test"}},
    };
    run(rows, {.before = [](Play& p) { p.registers(alice); }});
}

TEST(Conflict, ShadowIsShownAndEnds) {
    Play p;
    p.registers(alice);
    p.registers(mallory);
    EXPECT_EQ(p.policy.counts().shadow, 1U);
    const auto page = p.policy.find(Query{.state = GM_STATE_SHADOW});
    ASSERT_EQ(page.items.size(), 1U);
    EXPECT_EQ(page.items[0].impi, "mallory@ims.test");
    EXPECT_THAT(page.items[0].impus, ElementsAre("sip:mallory@ims.test"));
    EXPECT_FALSE(p.may_speak(alice, "sip:mallory@ims.test"));
    p.deregisters(mallory);
    EXPECT_EQ(p.policy.counts().shadow, 0U);
    p.registers(mallory);
    p.tick(630);
    EXPECT_EQ(p.policy.counts().shadow, 0U);
}

TEST(Conflict, DependsOnTheKeyOfThePool) {
    const Phone other_port{
        "eve@ims.test", {"sip:eve@ims.test"}, *Endpoint::parse("192.0.2.7:5099")};
    struct Case {
        const char* name;
        gm_key_form form, form_v6;
        Phone first, second;
        Lines bindings;
    };
    const std::vector<Case> cases{
        {"pair: two users on two ports of one address",
         {128, 1},
         {128, 1},
         alice,
         other_port,
         {kAlice, "192.0.2.7:5099 bound eve@ims.test"}},
        {"address: the port does not count",
         {128, 0},
         {128, 1},
         alice,
         other_port,
         {"192.0.2.7 bound alice@ims.test"}},
        {"prefix: another address in the same /64, the same user",
         {128, 1},
         {64, 0},
         carol_v6,
         carol_v6_privacy,
         {"2001:db8:1:2::/64 bound carol@ims.test"}},
        {"prefix: another address in the same /64, another user",
         {128, 1},
         {64, 0},
         carol_v6,
         dave_v6,
         {"2001:db8:1:2::/64 bound carol@ims.test"}},
        {"prefix with port",
         {128, 1},
         {64, 1},
         carol_v6,
         dave_v6,
         {"[2001:db8:1:2::/64]:5060 bound carol@ims.test"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        Play p({}, c.form, c.form_v6);
        p.registers(c.first);
        p.registers(c.second);
        EXPECT_EQ(p.bindings(), c.bindings);
    }
}

TEST(NewPort, IsBoundBesideTheOld_WhichGoesOnceTheNewIsUsed) {
    Play p;
    p.registers(alice);
    p.tick(10);
    p.registers(alice_moved);
    const Lines both{kAlice, "192.0.2.7:5072 bound alice@ims.test"};
    EXPECT_EQ(p.bindings(), both);
    EXPECT_NE(p.binding(alice)->subscriber, p.binding(alice_moved)->subscriber);
    EXPECT_EQ(p.owner("sip:alice@ims.test"), "192.0.2.7:5062");
    EXPECT_EQ(p.policy.watched().size(), 1U);

    p.tick(20); // not used yet
    EXPECT_EQ(p.bindings(), both);
    (void)p.notices();
    p.seen(alice_moved);
    p.tick(1);
    EXPECT_THAT(p.notices(), ElementsAre("moved alice@ims.test"));
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.7:5062 cooldown alice@ims.test",
                                          "192.0.2.7:5072 bound alice@ims.test"));
    EXPECT_EQ(p.binding(alice)->expires_ns, p.now_ns + 128 * kSecond);
    EXPECT_TRUE(p.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_EQ(p.owner("sip:alice@ims.test"), "192.0.2.7:5072");
    EXPECT_TRUE(p.policy.watched().empty());
    p.tick(128);
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.7:5072 bound alice@ims.test"));
}

TEST(NewPort, IsUsed_AlsoByARegisterFromIt) {
    Play p;
    p.registers(alice);
    p.registers(alice_moved);
    p.tick(5);
    p.inner(alice_moved);
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.7:5062 cooldown alice@ims.test",
                                          "192.0.2.7:5072 bound alice@ims.test"));
}

TEST(NewPort, LeavesTheOldAlone_WhenItIsAnotherAddress) {
    Play p;
    p.registers(alice);
    p.registers(alice_roaming);
    EXPECT_TRUE(p.policy.watched().empty());
    p.seen(alice_roaming);
    p.tick(1);
    EXPECT_THAT(p.bindings(), ElementsAre(kAlice, "192.0.2.99:5062 bound alice@ims.test"));
}

TEST(NewPort, IsForgotten_WhenTheOldExpiresFirst) {
    Play p;
    p.registers(alice, {}, {expiry(10)});
    p.registers(alice_moved);
    p.tick(40);
    EXPECT_TRUE(p.policy.watched().empty());
    EXPECT_THAT(p.bindings(), ElementsAre("192.0.2.7:5072 bound alice@ims.test"));
}

TEST(Owner, IsTheOldestLiveHolderOfASharedIdentity) {
    const std::string impu = "sip:family@ims.test";
    const auto with = [&](const Phone& phone) { return associated({phone.impus.front(), impu}); };
    Play p;
    p.registers(alice, {}, {with(alice)});
    p.registers(bob, {}, {with(bob)});
    EXPECT_TRUE(p.may_speak(alice, impu));
    EXPECT_TRUE(p.may_speak(bob, impu));
    EXPECT_EQ(p.owner(impu), "192.0.2.7:5062");
    p.accept(bob, {}, {with(bob)}); // a refresh takes nothing over
    EXPECT_EQ(p.owner(impu), "192.0.2.7:5062");
    p.deregisters(alice);
    EXPECT_EQ(p.owner(impu), "192.0.2.8:5062");
    p.registers(alice, {}, {with(alice)});
    EXPECT_EQ(p.owner(impu), "192.0.2.7:5062");
    p.accept(alice, {}, {associated({"sip:alice@ims.test"})});
    EXPECT_EQ(p.owner(impu), "192.0.2.8:5062");
    p.tick(1000);
    EXPECT_TRUE(p.kernel.owners.empty());
}

TEST(Room, IsNotExceeded) {
    Rules rules;
    rules.bindings = 1;
    Play p(rules);
    p.registers(alice);
    p.registers(bob);
    p.accept(alice);
    EXPECT_THAT(p.notices(),
                ElementsAre(kChallenged, kBound, "challenged bob@ims.test",
                            "not_believed/table_full bob@ims.test", "refreshed alice@ims.test"));
    EXPECT_THAT(p.bindings(), ElementsAre(kAlice));

    rules.bindings = 10;
    rules.identities = 3;
    Play q(rules);
    q.registers(alice);
    q.registers(bob);
    q.registers(shared);
    EXPECT_EQ(q.bindings().size(), 2U);
    EXPECT_EQ(q.kernel.identities().size(), 3U);
}

TEST(ByHand, BindsRenewsAndReleases) {
    Play p;
    Add request{p.now_ns, alice.at, alice.impi, alice.impus, 100 * kSecond};
    auto added = p.policy.add(request);
    ASSERT_TRUE(added);
    p.take(*added);
    EXPECT_THAT(p.bindings(), ElementsAre(kAlice));
    EXPECT_EQ(p.binding(alice)->expires_ns, p.now_ns + 100 * kSecond);

    request.impus = {"sip:other@ims.test"};
    added = p.policy.add(request);
    ASSERT_TRUE(added);
    p.take(*added);
    EXPECT_TRUE(p.may_speak(alice, "sip:other@ims.test"));
    EXPECT_FALSE(p.may_speak(alice, "sip:alice@ims.test"));

    const auto view = p.policy.holder(alice.at, p.now_ns);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->origin, Origin::api);
    const auto released = p.policy.release(view->id, p.now_ns);
    ASSERT_TRUE(released);
    p.take(*released);
    EXPECT_TRUE(p.bindings().empty());
    EXPECT_TRUE(p.kernel.identities().empty());
    EXPECT_THAT(p.notices(),
                ElementsAre(kBound, "refreshed alice@ims.test", "released alice@ims.test"));
    EXPECT_EQ(p.policy.release(view->id, p.now_ns).error().kind, ErrorKind::not_found);
}

TEST(ByHand, IsReplacedByTheNextRegistration) {
    Play p;
    p.take(*p.policy.add({p.now_ns, alice.at, alice.impi, {"sip:old@ims.test"}, kGranted}));
    p.accept(alice);
    EXPECT_TRUE(p.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_FALSE(p.may_speak(alice, "sip:old@ims.test"));
    EXPECT_EQ(p.policy.holder(alice.at, p.now_ns)->origin, Origin::registration);
}

TEST(ByHand, RefusesWhatCannotBe) {
    Play p;
    p.registers(alice);
    const Endpoint no_port{alice.at.address, 0};
    struct Case {
        const char* name;
        Add request;
        ErrorKind kind;
    };
    const std::vector<Case> cases{
        {"another user's selector",
         {p.now_ns, alice.at, "bob@ims.test", {"sip:bob@ims.test"}, kSecond},
         ErrorKind::conflict},
        {"no port",
         {p.now_ns, no_port, "bob@ims.test", {"sip:bob@ims.test"}, kSecond},
         ErrorKind::invalid},
        {"no IMPI", {p.now_ns, bob.at, "", {"sip:bob@ims.test"}, kSecond}, ErrorKind::invalid},
        {"no IMPU", {p.now_ns, bob.at, "bob@ims.test", {}, kSecond}, ErrorKind::invalid},
        {"no URI", {p.now_ns, bob.at, "bob@ims.test", {"bob"}, kSecond}, ErrorKind::invalid},
        {"no time",
         {p.now_ns, bob.at, "bob@ims.test", {"sip:bob@ims.test"}, 0},
         ErrorKind::invalid},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto result = p.policy.add(c.request);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, c.kind);
    }
    for (const char* id : {"", "b_", "b_0-0", "b_0-99", "b_ffffffff-1", "b_p1", "b_s7", "x_0-1"})
        EXPECT_EQ(p.policy.release(id, p.now_ns).error().kind, ErrorKind::not_found) << id;
}

TEST(ByHand, ForgetsAPendingAndAShadow) {
    Play p;
    p.challenge(alice);
    const auto pending = p.policy.find(Query{.state = GM_STATE_PENDING}).items.at(0).id;
    p.take(*p.policy.release(pending, p.now_ns));
    EXPECT_TRUE(p.kernel.challenges.empty());
    EXPECT_EQ(p.policy.counts().pending, 0U);
    p.registers(alice);
    p.registers(mallory);
    const auto shadow = p.policy.find(Query{.state = GM_STATE_SHADOW}).items.at(0).id;
    p.take(*p.policy.release(shadow, p.now_ns));
    EXPECT_EQ(p.policy.counts().shadow, 0U);
    EXPECT_THAT(p.bindings(), ElementsAre(kAlice));
}

TEST(Loss, IsToldAndAdmitsNobody) {
    Play p;
    p.inner(alice);
    p.take(p.policy.handle(Lost{p.now_ns, "gm_sip_core", 7}));
    ASSERT_EQ(p.heard_notices.size(), 1U);
    EXPECT_EQ(p.heard_notices[0].kind, NoticeKind::lost);
    EXPECT_EQ(p.heard_notices[0].count, 7U);
    EXPECT_EQ(p.heard_notices[0].detail, "gm_sip_core");
    EXPECT_TRUE(p.bindings().empty());
}

} // namespace
} // namespace gmguard::binding
