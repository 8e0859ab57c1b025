// SPDX-License-Identifier: BSD-2-Clause
// A restart: the table from the pinned maps.
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using ::testing::ElementsAre;

// A new policy over the maps that `before` left, and what it wants changed in them.
Outcome adopt(const Play& before, Play& after) {
    after.now_ns = before.now_ns;
    after.kernel = before.kernel;
    return after.adopt();
}

void restart(const Play& before, Play& after) {
    after.take(adopt(before, after));
}

TEST(Adopt, ChangesNothing_WhenTheMapsAreRight) {
    Play before;
    before.registers(alice);
    before.registers(bob, {}, {associated({"sip:bob@ims.test", "tel:+15550100"})});
    before.registers(carol_v6);
    before.deregisters(carol_v6);
    Play after;
    const auto out = adopt(before, after);
    EXPECT_TRUE(out.operations.empty());
    EXPECT_EQ(after.policy.counts().bound, 2U);
    EXPECT_EQ(after.policy.counts().cooldown, 1U);
    EXPECT_EQ(after.policy.counts().identities, 5U);
}

TEST(Adopt, GoesOnAsBefore) {
    Play before;
    before.registers(alice);
    before.registers(bob);
    const auto subscriber = before.binding(alice)->subscriber;
    Play after;
    restart(before, after);
    const auto view = after.policy.holder(alice.at, after.now_ns);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->impi, "alice@ims.test");
    EXPECT_EQ(view->origin, Origin::adopted);
    EXPECT_THAT(view->impus, ElementsAre("sip:alice@ims.test", ""));
    EXPECT_EQ(after.policy.find(Query{.impu = "tel:+15550100"}).total, 1U);

    after.registers(mallory); // the holder is known
    EXPECT_THAT(after.notices(), ElementsAre("challenged mallory@ims.test",
                                             "conflict mallory@ims.test against alice@ims.test",
                                             "shadowed mallory@ims.test against alice@ims.test"));
    after.accept(alice); // so is the user who refreshes
    EXPECT_EQ(after.binding(alice)->subscriber, subscriber);
    EXPECT_THAT(after.policy.holder(alice.at, after.now_ns)->impus,
                ElementsAre("sip:alice@ims.test", "tel:+15550100"));
    after.registers(shared);
    EXPECT_GT(after.binding(shared)->subscriber, before.binding(bob)->subscriber);
    after.deregisters(bob);
    EXPECT_THAT(after.bindings(), ElementsAre(kAlice, "192.0.2.8:5062 cooldown bob@ims.test",
                                              "192.0.2.9:5062 bound second@ims.test"));
    after.tick(1000);
    EXPECT_TRUE(after.kernel.bindings.empty());
    EXPECT_TRUE(after.kernel.shared.empty());
    EXPECT_TRUE(after.kernel.owners.empty());
}

TEST(Adopt, RemovesWhatHasNoMeaning) {
    struct Case {
        const char* name;
        std::function<void(Play&)> spoil;
        std::size_t left;
    };
    const std::vector<Case> cases{
        {"nothing spoilt", [](Play&) {}, 2},
        {"expired meanwhile", [](Play& p) { p.now_ns += 630 * kSecond; }, 0},
        {"a state that is not the kernel's",
         [](Play& p) { p.kernel.bindings.begin()->second.state = GM_STATE_SHADOW; }, 1},
        {"two of one subscriber",
         [](Play& p) {
             auto& second = std::next(p.kernel.bindings.begin())->second;
             second.subscriber = p.kernel.bindings.begin()->second.subscriber;
         },
         1},
        {"an identity of nobody", [](Play& p) { p.kernel.shared.insert({99, 99}); }, 2},
        {"an owner of nobody", [](Play& p) { p.kernel.owners[99] = {99, 99}; }, 2},
        {"a wrong owner", [](Play& p) { p.kernel.owners.begin()->second.expires_ns = 7; }, 2},
        {"an owner who stands among those that share too",
         [](Play& p) {
             const auto& [identity, owner] = *p.kernel.owners.begin();
             p.kernel.shared.insert({identity, owner.subscriber});
         },
         2},
        {"shared with somebody who is gone",
         [](Play& p) { p.kernel.shared.insert({p.kernel.owners.begin()->first, 99}); }, 2},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        Play before;
        before.registers(alice);
        before.registers(bob);
        c.spoil(before);
        Play after;
        restart(before, after); // the fake kernel complains where something is wrong
        EXPECT_EQ(after.kernel.bindings.size(), c.left);
        EXPECT_EQ(after.policy.counts().bound, c.left);
    }
}

// gm_binding has its hash, too.
TEST(Adopt, PutsTheDefaultIdentityBack_WhereItIsMissing) {
    Play before;
    before.registers(alice);
    before.registers(bob);
    before.kernel.owners.clear();
    Play after;
    for (const auto& operation : adopt(before, after).operations) {
        const auto* put = std::get_if<PutOwner>(&operation);
        ASSERT_NE(put, nullptr);
        after.kernel.owners[put->identity] = put->value;
    }
    EXPECT_EQ(after.kernel.owners.size(), 2U);
    EXPECT_TRUE(after.may_speak(alice, "sip:alice@ims.test"));
    EXPECT_TRUE(after.may_speak(bob, "sip:bob@ims.test"));
}

TEST(Adopt, KeepsWhoSharesAnIdentity) {
    const auto both = associated({"sip:bob@ims.test", "tel:+15550100"});
    Play before;
    before.registers(alice);
    before.registers(bob, {}, {both});
    ASSERT_EQ(before.kernel.shared.size(), 1U);
    Play after;
    EXPECT_TRUE(adopt(before, after).operations.empty());
    EXPECT_TRUE(after.may_speak(bob, "tel:+15550100"));
    after.deregisters(alice);
    EXPECT_TRUE(after.may_speak(alice, "tel:+15550100")); // in cooldown
    EXPECT_EQ(after.owner("tel:+15550100"), "192.0.2.8:5062");
}

TEST(Adopt, RemovesBindingsOfAnotherKeyForm) {
    Play before;
    before.registers(alice);
    Play after({}, {128, 0});
    restart(before, after);
    EXPECT_TRUE(after.kernel.bindings.empty());
    EXPECT_TRUE(after.kernel.shared.empty());
    EXPECT_TRUE(after.kernel.owners.empty());
}

} // namespace
} // namespace gmguard::binding
