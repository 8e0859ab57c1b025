// SPDX-License-Identifier: BSD-2-Clause
// Whose SPI an association is, and when it is admitted (H3, H11, H17).
#include "harness/kept.hpp"
#include "unit/binding/entries.hpp"
#include "unit/binding/gm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmguard::binding {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Phones behind NATs, by the NAT's address: in their homes both have this one.
const Phone behind_one{
    "alice@ims.test", {"sip:alice@ims.test"}, *Endpoint::parse("192.0.2.7:5062")};
const Phone behind_other{"bob@ims.test", {"sip:bob@ims.test"}, *Endpoint::parse("192.0.2.8:5062")};
const Address kAtHome = *Address::parse("192.168.1.2");

// What such a phone writes; in clear the P-CSCF notes where it came from, in the tunnel it does not
// see it.
Play::Change from_home(bool tunnel, std::uint16_t port) {
    return [=](Heard& heard) {
        auto& via = heard.message.vias.front();
        via.host = test::kept(kAtHome.text());
        if (tunnel)
            heard.inner = kAtHome;
        else
            via.received = heard.source.address;
        heard.message.contacts = {contact({kAtHome, port}, 600)};
    };
}

void register_from_home(Gm& gm, const Phone& phone, std::uint32_t spi) {
    gm.clear(phone, {asks_for(phone.at.port), from_home(false, phone.at.port)});
    gm.onward();
    gm.core(401);
    gm.leaving(401, {offers(spi - 1, spi)});
    gm.installed(spi, phone.at, false, false, true);
    gm.inner(phone, {from_home(true, phone.at.port)});
    gm.onward();
    gm.core(200);
}

} // namespace

TEST(Associations, AreOfferedByTheChallenge_AndAreTheSubscribers_WithThe200) {
    Gm gm;
    gm.offered(alice, 5062);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of nobody", "4097 offered of nobody"));
    gm.installed(kSpiS, alice.at);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of nobody", "4097 installed of nobody"));
    gm.accept(alice);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of 1", "4097 installed of 1"));
    const auto& spi = gm.kernel.spis.at({kGm.value(), kSpiS});
    EXPECT_EQ(spi.address, alice.at.address.value());
    EXPECT_EQ(spi.port, 5062);
    EXPECT_EQ(spi.expires_ns, 0u);
}

TEST(Associations, AreTheSubscribers_WhereXfrmWasFirst) {
    Gm gm;
    gm.clear(alice, {asks_for(5062)});
    gm.installed(kSpiS, alice.at);
    EXPECT_THAT(gm.spis(), ElementsAre("4097 installed of nobody"));
    gm.onward();
    gm.core(401);
    gm.leaving(401, {offers()});
    gm.accept(alice);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of 1", "4097 installed of 1"));
}

TEST(Associations, EndWithTheTimer_WhereNobodyAuthenticates) {
    Gm gm;
    gm.offered(alice, 5062);
    gm.installed(kSpiS, alice.at);
    gm.tick(241);
    EXPECT_THAT(gm.spis(), ElementsAre("4097 installed of nobody")); // the P-CSCF has it still
    gm.gone(kSpiS);
    EXPECT_THAT(gm.spis(), IsEmpty());
    EXPECT_THAT(gm.policy.spis(gm.now_ns), IsEmpty());
}

TEST(Associations, EndWithTheBinding_AlsoWhereThePcscfKeepsThem) {
    Gm gm;
    gm.offered(alice, 5062);
    gm.installed(kSpiS, alice.at);
    gm.accept(alice);
    gm.deregisters(alice);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of 1", "4097 installed of 1")); // cooldown
    gm.tick(129);
    EXPECT_THAT(gm.spis(), IsEmpty());
    const auto views = gm.policy.spis(gm.now_ns);
    ASSERT_EQ(views.size(), 1u);
    EXPECT_FALSE(views.front().admitted);
}

TEST(Associations, AreRefused_WhereTheirPortIsAnothers) {
    Gm gm;
    gm.offered(alice, 5062);
    gm.accept(alice);
    Phone attacker{"eve@ims.test", {"sip:eve@ims.test"}, {alice.at.address, 7000}};
    gm.offered(attacker, 5062, offers(5000, 5001)); // names the victim's port
    gm.installed(5001, alice.at);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of 1", "4097 offered of 1",
                                       "5000 refused of nobody", "5001 refused of nobody"));
}

TEST(Associations, AreRefused_WhereNobodyKnowsWhose_OnAPortThatIsBound) {
    Gm gm;
    gm.offered(alice, 5062);
    gm.accept(alice);
    gm.installed(9000, alice.at);
    EXPECT_THAT(gm.spis(),
                ElementsAre("4096 offered of 1", "4097 offered of 1", "9000 refused of nobody"));
    gm.installed(9001, {alice.at.address, 5999}); // a free port: a REGISTER may come
    EXPECT_EQ(gm.spis().back(), "9001 installed of nobody");
}

TEST(Associations, OfWhoWasFirst_AreRevoked_WhenAnotherBindsTheirPort) {
    Gm gm;
    gm.offered(mallory, 5062); // never authenticates
    gm.installed(kSpiS, mallory.at);
    gm.offered(alice, 5062, offers(5000, 5001));
    gm.accept(alice);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 refused of nobody", "4097 refused of nobody",
                                       "5000 offered of 1", "5001 offered of 1"));
}

TEST(Associations, OfAnOffer_ReplaceNothing) {
    Gm gm;
    gm.offered(alice, 5062);
    gm.accept(alice);
    gm.offered(bob, 5062); // a 401 with alice's SPIs
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of 1", "4097 offered of 1"));
    EXPECT_EQ(gm.kernel.spis.at({kGm.value(), kSpiS}).address, alice.at.address.value());
}

TEST(Associations, OfXfrm_ReplaceAnOfferToSomebodyElse) {
    Gm gm;
    gm.offered(mallory, 5062);
    gm.installed(kSpiS, bob.at);
    EXPECT_EQ(gm.kernel.spis.at({kGm.value(), kSpiS}).address, bob.at.address.value());
    EXPECT_THAT(gm.spis(), ElementsAre("4096 offered of nobody", "4097 installed of nobody"));
}

TEST(Associations, AreAnothers_WhereTheirNumberIsUsedAgain) {
    Gm gm;
    gm.offered(alice, 5062);
    gm.installed(kSpiS, alice.at);
    gm.accept(alice);
    gm.installed(kSpiS, {alice.at.address, 5999});
    EXPECT_EQ(gm.spis().back(), "4097 installed of nobody");
}

// In the field port-s stays (TS 33.203 7.4): what comes from it, by either set, is judged by the
// binding that has it now. Until the 200 only a REGISTER may come by the new set.
TEST(Associations, OfAKeptServerPort_AreOfTheBindingThatHasIt) {
    constexpr std::uint16_t kServer = 55000;
    constexpr std::uint32_t kNewC = 5000, kNewS = 5001;
    const Endpoint at_server{alice.at.address, kServer};
    const auto asks = [](std::uint16_t port_c) -> Play::Change {
        return [=](Heard& heard) {
            heard.message.security_client = {mechanism(11, 22, port_c, kServer)};
        };
    };
    Rules field;
    field.profile = GM_PROFILE_TS33203;
    Gm gm({128, 1}, field);
    gm.clear(alice, {asks(5062)});
    gm.onward();
    gm.core(401);
    gm.leaving(401, {offers()});
    gm.installed(kSpiS, alice.at);
    gm.installed(kSpiC, at_server);
    gm.accept(alice);
    gm.inner(alice, {asks(5072)});
    gm.onward();
    gm.core(401);
    gm.installed(kNewS, alice_moved.at);
    gm.installed(kNewC, at_server);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 installed of 1", "4097 installed of 1",
                                       "5000 installed of nobody", "5001 installed of nobody"));
    gm.inner(alice_moved,
             {[&](Heard& heard) { heard.message.authorization->nonce = sip::Text("nonce-3"); }});
    gm.onward();
    gm.core(200);
    EXPECT_THAT(gm.spis(), ElementsAre("4096 installed of 2", "4097 installed of 1",
                                       "5000 installed of 2", "5001 installed of 2"));
}

// The 401 to a protected REGISTER cannot be read: its nonce is the core's, its SPIs are XFRM's.
TEST(Associations, OfAReRegistration_AreKnownByTheirPort) {
    Gm gm;
    gm.offered(alice, 5062);
    gm.installed(kSpiS, alice.at);
    gm.accept(alice);
    gm.inner(alice, {asks_for(5072)});
    gm.onward();
    gm.core(401);
    gm.installed(5001, alice_moved.at);
    EXPECT_EQ(gm.spis().back(), "5001 installed of nobody");
    gm.inner(alice_moved,
             {[&](Heard& heard) { heard.message.authorization->nonce = sip::Text("nonce-3"); }});
    gm.onward();
    gm.core(200);
    EXPECT_THAT(gm.spis(),
                ElementsAre("4096 offered of 1", "4097 installed of 1", "5001 installed of 2"));
    EXPECT_THAT(gm.bindings(), ElementsAre("192.0.2.7:5062 bound alice@ims.test",
                                           "192.0.2.7:5072 bound alice@ims.test"));
}

TEST(Associations, BelongToAPrefix_WhereItsPoolSaysSo) {
    Play play({}, {128, 1}, {64, 0});
    play.take(play.policy.handle(SaInstalled{play.now_ns, kGm, kSpiS, carol_v6.at, 6100}));
    const auto& spi = play.kernel.spis.at({kGm.value(), kSpiS});
    EXPECT_EQ(spi.bits, 64);
    EXPECT_EQ(spi.address, carol_v6.at.address.masked(64).value());
}

TEST(Associations, WhoseMessagesNobodyCanTell_AreRefused_ToTheirHolderToo) {
    Gm gm;
    gm.installed(kSpiS, alice.at, true, true);
    EXPECT_THAT(gm.spis(), ElementsAre("4097 refused of nobody"));
    gm.take(*gm.policy.add({gm.now_ns, alice.at, alice.impi, alice.impus, 600 * kSecond}));
    EXPECT_THAT(gm.spis(), ElementsAre("4097 refused of 1"));
    gm.installed(kSpiS, alice.at, true); // the guard came anew, on a kernel that tells
    EXPECT_THAT(gm.spis(), ElementsAre("4097 installed of 1"));
}

// H24: of two homes with the same addresses each phone is bound where its own NAT is.
TEST(Associations, OfTwoTunnels_AreTwoSubscribers_WithOneAddressInside) {
    Gm gm;
    register_from_home(gm, behind_one, 5001);
    register_from_home(gm, behind_other, 6001);
    EXPECT_THAT(gm.spis(), ElementsAre("5000 offered of 1", "5001 installed of 1",
                                       "6000 offered of 2", "6001 installed of 2"));
    EXPECT_THAT(gm.bindings(), ElementsAre("192.0.2.7:5062 bound alice@ims.test",
                                           "192.0.2.8:5062 bound bob@ims.test"));
    EXPECT_TRUE(gm.may_speak(behind_one, "sip:alice@ims.test"));
    EXPECT_FALSE(gm.may_speak(behind_other, "sip:alice@ims.test"));
}

TEST(Associations, OfATunnel_ReachNobody) {
    Gm gm;
    gm.policy.contest_by([](Address) { return GM_CONFLICT_CONTEST; });
    for (const bool tunnel : {false, true}) {
        gm.offered(alice, 5062);
        gm.installed(kSpiS, alice.at, false, false, tunnel);
        gm.accept(alice);
        gm.probes.clear();
        gm.challenge(mallory);
        ASSERT_EQ(gm.probes.size(), 1u) << tunnel;
        EXPECT_EQ(gm.probes.back().pcscf.port, tunnel ? 0 : 6100);
        gm.take(gm.policy.handle(Probed{gm.now_ns, gm.probes.back().number, true}));
        gm.tick(300);
    }
}

TEST(Associations, ThatWereThereBeforeTheGuard_AreOfWhoIsBoundThere) {
    Gm gm;
    gm.installed(kSpiS, alice.at, true);
    EXPECT_THAT(gm.spis(), ElementsAre("4097 installed of nobody"));
    gm.take(*gm.policy.add({gm.now_ns, alice.at, alice.impi, alice.impus, 600 * kSecond}));
    EXPECT_THAT(gm.spis(), ElementsAre("4097 installed of 1"));
}

TEST(Associations, AreRestoredFromTheMaps_WithTheirSubscribers) {
    Gm before;
    before.offered(alice, 5062);
    before.installed(kSpiS, alice.at);
    before.accept(alice);
    before.offered(bob, 5062, offers(5000, 5001)); // under way
    std::vector<std::pair<gm_selector, gm_binding>> bindings;
    for (const auto& [key, value] : before.kernel.bindings)
        bindings.push_back({{std::get<0>(key), std::get<1>(key), std::get<2>(key), 0, 0}, value});
    std::vector<std::pair<gm_spi_key, gm_spi>> spis;
    for (const auto& [key, value] : before.kernel.spis)
        spis.push_back({{key.first, key.second, 0, 0}, value});
    Gm after;
    after.kernel = before.kernel;
    after.take(*after.policy.adopt(
        after.now_ns, {entries_of(bindings), entries_of(before.kernel.owners), entries_of(spis)}));
    EXPECT_THAT(after.spis(), ElementsAre("4096 offered of 1", "4097 installed of 1"));
    after.installed(kSpiS, alice.at);
    EXPECT_THAT(after.spis(), ElementsAre("4096 offered of 1", "4097 installed of 1"));
}

} // namespace gmguard::binding
