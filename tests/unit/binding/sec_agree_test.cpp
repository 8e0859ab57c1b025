// SPDX-License-Identifier: BSD-2-Clause
// What a protected REGISTER repeats of sec-agree, against what was said in clear (RFC 3329 2.3.1).
#include "binding/sec_agree.hpp"

#include "unit/binding/rows.hpp"

namespace gmguard::binding {
namespace {

const Address kPcscfOnGm = *Address::parse("192.0.2.1");
constexpr const char* kMismatch = "sec_agree_mismatch alice@ims.test";

using Mechanisms = std::vector<sip::SecurityMechanism>;

sip::SecurityMechanism of(const std::string& alg, std::uint32_t spi, const std::string& ealg = "") {
    sip::SecurityMechanism out;
    out.mechanism = "ipsec-3gpp";
    out.alg = alg;
    out.ealg = ealg;
    out.spi_c = spi;
    out.spi_s = spi + 1;
    out.port_c = out.port_s = 5062;
    return out;
}

const Mechanisms kOffer{of("hmac-sha-1-96", 11, "aes-cbc"), of("hmac-md5-96", 11)};
const Mechanisms kServer{of("hmac-sha-1-96", 4096)};

Change client(const Mechanisms& all) {
    return [=](Heard& heard) { heard.message.security_client = all; };
}
Change server(const Mechanisms& all) {
    return [=](Heard& heard) { heard.message.security_server = all; };
}
Change verify(const Mechanisms& all) {
    return [=](Heard& heard) { heard.message.security_verify = all; };
}

// A registration in which the second REGISTER repeats this.
Lines repeated(const Mechanisms& the_client, const Mechanisms& the_verify, bool esp = true) {
    Play play;
    play.policy.encrypted_by([esp](std::uint32_t) { return esp; });
    play.clear(alice, {client(kOffer)});
    play.onward();
    play.core(401);
    play.leaving(401, {server(kServer)});
    play.accept(alice, {client(the_client), verify(the_verify)});
    return play.notices();
}

TEST(SecAgree, MustBeRepeatedAsItWas_OrIsTold) {
    const Lines well{kChallenged, kBound}, told{kChallenged, kMismatch, kBound};
    EXPECT_EQ(repeated(kOffer, kServer), well);
    EXPECT_EQ(repeated({kOffer[1], kOffer[0]}, kServer), well) << "in another order";
    EXPECT_EQ(repeated({kOffer[1]}, kServer), told) << "the stronger algorithm is gone";
    EXPECT_EQ(repeated({}, kServer), told);
    EXPECT_EQ(repeated(kOffer, {}), told);
    EXPECT_EQ(repeated(kOffer, {of("hmac-md5-96", 4096)}), told);
    EXPECT_EQ(repeated(kOffer, {of("hmac-sha-1-96", 4098)}), told) << "another SPI";
    EXPECT_EQ(repeated(kOffer, {}, false), well) << "where ESP does not end here";
}

TEST(SecAgree, IsNotAsked_WhereTheGuardSawNone) {
    Play play;
    play.policy.encrypted_by([](std::uint32_t) { return true; });
    play.registers(alice);
    EXPECT_EQ(play.notices(), (Lines{kChallenged, kBound}));
    play.inner(alice);
    play.onward();
    play.core(401); // inside ESP: nobody sees its Security-Server
    play.accept(alice, {verify(kServer), nonce(play.attempt.nonce)});
    EXPECT_EQ(play.notices(),
              (Lines{kChallenged, "refreshed alice@ims.test", "port_reused alice@ims.test"}));
}

TEST(SecAgree, MarksTheAssociationsOfTheOneWhoDiffered) {
    Play play;
    play.policy.encrypted_by([](std::uint32_t) { return true; });
    const auto doubted = [&](std::uint32_t spi) {
        return play.policy.spi(kPcscfOnGm, spi, play.now_ns)->doubted;
    };
    for (const Phone* phone : {&alice, &alice_moved}) {
        const bool first = phone == &alice;
        sip::SecurityMechanism offer = kOffer[0];
        offer.port_c = offer.port_s = phone->at.port;
        const std::uint32_t spi = first ? 4096 : 5000;
        play.clear(*phone, {client({offer})});
        play.onward();
        play.core(401);
        play.leaving(401, {server({of("hmac-sha-1-96", spi)})});
        play.take(
            play.policy.handle(SaInstalled{play.now_ns, kPcscfOnGm, spi + 1, phone->at, 6100}));
        play.accept(*phone, {client({offer}), verify({of(first ? "x" : "hmac-sha-1-96", spi)})});
    }
    EXPECT_TRUE(doubted(4097));
    EXPECT_FALSE(doubted(5001)) << "the next set is in order";
}

TEST(SecAgree, KnowsDefaultsAndCase) {
    const FakeHasher hasher;
    auto explicitly = kServer;
    explicitly[0].ealg = "NULL";
    explicitly[0].prot = "esp";
    explicitly[0].mod = "trans";
    EXPECT_EQ(agreement_key(explicitly, hasher), agreement_key(kServer, hasher));
    explicitly[0].mod = "tun";
    EXPECT_NE(agreement_key(explicitly, hasher), agreement_key(kServer, hasher));
    EXPECT_EQ(agreement_key({}, hasher), 0U);
}

} // namespace
} // namespace gmguard::binding
