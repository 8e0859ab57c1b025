// SPDX-License-Identifier: BSD-2-Clause
// Phones that are sent to at another port than they send from (ts33203): both are theirs.
#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint16_t kServerPort = 55000;
constexpr const char* kAtServer = "192.0.2.7:55000 bound alice@ims.test";

// Its Security-Client names its own port and this one.
Change sent_to_at(std::uint16_t port) {
    return [port](Heard& heard) {
        sip::SecurityMechanism mechanism;
        mechanism.mechanism = "ipsec-3gpp";
        mechanism.port_c = heard.source.port;
        mechanism.port_s = port;
        heard.message.security_client = {mechanism};
    };
}

Rules in_the_field() {
    Rules rules;
    rules.profile = GM_PROFILE_TS33203;
    return rules;
}

struct Field : Play {
    explicit Field(gm_key_form form = {128, 1}, Rules rules = in_the_field()) : Play(rules, form) {}

    void asks(const Phone& phone, std::uint16_t server = kServerPort) {
        clear(phone, {sent_to_at(server)});
        onward();
        core(401);
        leaving(401);
    }
    void enters(const Phone& phone, std::uint16_t server = kServerPort) {
        asks(phone, server);
        accept(phone);
    }
};

// Someone else, whose client port is the one alice is sent to at.
const Phone eve{"eve@ims.test", {"sip:eve@ims.test"}, *Endpoint::parse("192.0.2.7:55000")};

} // namespace

TEST(Ports, AreBothBound_AndLetGoTogether) {
    Field play;
    play.enters(alice);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice, kAtServer));
    EXPECT_EQ(play.kernel.bindings.begin()->second.client_port, 5062);
    EXPECT_EQ(play.kernel.bindings.begin()->second.server_port, kServerPort);
    EXPECT_EQ(play.policy.counts().bound, 1u);
    EXPECT_EQ(play.policy.counts().selectors, 2u);
    EXPECT_TRUE(play.may_speak(eve, "tel:+15550100"));
    play.deregisters(alice);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 cooldown alice@ims.test",
                                             "192.0.2.7:55000 cooldown alice@ims.test"));
    play.tick(129);
    EXPECT_THAT(play.bindings(), IsEmpty());
    EXPECT_EQ(play.policy.counts().selectors, 0u);
}

TEST(Ports, AreToldWithTheChallenge) {
    Field play;
    play.asks(alice);
    ASSERT_EQ(play.kernel.challenges.size(), 1u);
    EXPECT_EQ(play.kernel.challenges.begin()->second.client_port, 5062);
    EXPECT_EQ(play.kernel.challenges.begin()->second.server_port, kServerPort);
}

TEST(Ports, AreOne_WhereTheProfileOrThePhoneHasOne) {
    Field strict({128, 1}, Rules{}), same, whole({128, 0});
    strict.enters(alice);
    EXPECT_THAT(strict.bindings(), ElementsAre(kAlice));
    same.enters(alice, 5062);
    EXPECT_THAT(same.bindings(), ElementsAre(kAlice));
    whole.enters(alice);
    EXPECT_THAT(whole.bindings(), ElementsAre("192.0.2.7 bound alice@ims.test"));
}

TEST(Ports, EndByTimeAndByHand) {
    Field play;
    play.enters(alice);
    play.tick(700);
    EXPECT_THAT(play.bindings(), IsEmpty());
    play.enters(alice);
    ASSERT_TRUE(play.policy.holder(eve.at, play.now_ns));
    const auto released =
        play.policy.release(play.policy.holder(eve.at, play.now_ns)->id, play.now_ns);
    ASSERT_TRUE(released);
    play.take(*released);
    EXPECT_THAT(play.bindings(), IsEmpty());
}

// H3: two subscribers cannot have one port in common, as client and server port alike.
TEST(Ports, ThatAreAnothers_AreNotShared) {
    Field client, server, both;
    client.enters(alice);
    client.enters(eve, 55002);
    EXPECT_THAT(client.bindings(), ElementsAre(kAlice, kAtServer));
    EXPECT_EQ(client.policy.counts().shadow, 1u);

    server.enters(eve, 55002);
    server.enters(alice, 55000);
    EXPECT_THAT(server.bindings(), ElementsAre("192.0.2.7:55000 bound eve@ims.test",
                                               "192.0.2.7:55002 bound eve@ims.test"));
    both.enters(alice);
    Phone third = eve;
    third.at.port = 6000;
    both.enters(third);
    EXPECT_THAT(both.bindings(), ElementsAre(kAlice, kAtServer));
}

TEST(Ports, ThatAreAnothers_AreFree_WhenThatOneIsGone) {
    Field play;
    play.enters(alice);
    play.deregisters(alice);
    play.enters(eve, 55002);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5062 cooldown alice@ims.test",
                                             "192.0.2.7:55000 bound eve@ims.test",
                                             "192.0.2.7:55002 bound eve@ims.test"));
    play.tick(129);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:55000 bound eve@ims.test",
                                             "192.0.2.7:55002 bound eve@ims.test"));
}

// D.2.3 as published: the client port is a new one, the server port stays.
TEST(Ports, MoveWithTheSubscriber) {
    Field play;
    play.enters(alice);
    play.enters(alice_moved);
    EXPECT_THAT(play.bindings(),
                ElementsAre(kAlice, "192.0.2.7:5072 bound alice@ims.test", kAtServer));
    EXPECT_EQ(play.binding(eve)->subscriber, play.binding(alice_moved)->subscriber);
    play.tick(1);
    play.seen(alice_moved);
    play.tick(1);
    play.tick(129);
    EXPECT_THAT(play.bindings(), ElementsAre("192.0.2.7:5072 bound alice@ims.test", kAtServer));
}

TEST(Ports, AreNegotiatedAnew_OnTheSameSelector) {
    Field play;
    play.enters(alice);
    play.enters(alice, 55004);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice, "192.0.2.7:55004 bound alice@ims.test"));
    play.accept(alice); // nothing is negotiated
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice, "192.0.2.7:55004 bound alice@ims.test"));
}

TEST(Ports, CountAsEntriesOfTheMap) {
    Rules rules = in_the_field();
    rules.bindings = 3;
    Field play({128, 1}, rules);
    play.enters(alice);
    play.enters(bob);
    EXPECT_THAT(play.bindings(), ElementsAre(kAlice, kAtServer));
    play.registers(bob);
    EXPECT_EQ(play.bindings().size(), 3u);
}

TEST(Ports, OutliveARestart) {
    const auto adopt = [](const Play& before, Play& after, std::uint16_t without = 0) {
        after.now_ns = before.now_ns;
        after.kernel = before.kernel;
        if (without != 0)
            std::erase_if(after.kernel.bindings,
                          [&](const auto& each) { return std::get<1>(each.first) == without; });
        const auto out = after.adopt();
        after.take(out);
        return out.operations.size();
    };
    Field before, whole, without_second, without_first;
    before.enters(alice);
    EXPECT_EQ(adopt(before, whole), 0u);
    EXPECT_EQ(whole.policy.counts().selectors, 2u);
    adopt(before, without_second, kServerPort);
    EXPECT_THAT(without_second.bindings(), ElementsAre(kAlice, kAtServer));
    adopt(before, without_first, 5062);
    EXPECT_THAT(without_first.bindings(), IsEmpty());
}

} // namespace gmguard::binding
