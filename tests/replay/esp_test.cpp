// SPDX-License-Identifier: BSD-2-Clause
// ESP: by its SPI where it is encrypted, and as what is in it where it is not.
#include "replay/connection.hpp"

#include <boost/json.hpp>

namespace gmguard::test {
namespace {

const std::string kVictim = "001010000000001", kAttacker = "001010000000002";
const Endpoint kThief = endpoint("192.0.2.8:5060");

std::string agreement(const std::string& kind, std::uint32_t first, const std::string& port,
                      const std::string& ealg) {
    const auto spi = [&](std::uint32_t k) { return std::to_string(first + k); };
    return kind + "ipsec-3gpp;alg=hmac-sha-1-96;ealg=" + ealg +
           ";prot=esp;mod=trans;spi-c=" + spi(0) + ";spi-s=" + spi(1) + ";port-c=" + port +
           ";port-s=" + port;
}

// A phone with the associations that the P-CSCF offers it: 256 numbers apart.
struct Phone {
    std::string user;
    Endpoint place;
    std::uint32_t spi; // the P-CSCF's, for what the phone sends
    std::string ealg = "null";

    [[nodiscard]] Register clear() const {
        return {.user = user,
                .contact = place.text(),
                .call_id = "call-" + user,
                .via = place.text(),
                .security_client = agreement("", spi + 16, std::to_string(place.port), ealg)};
    }
    [[nodiscard]] Register inner() const {
        Register out = clear();
        out.cseq = 2;
        out.branch = "z9hG4bK-2";
        out.nonce = "nonce-" + user;
        out.response = "95ec745c4c3fcb2e";
        return out;
    }
    [[nodiscard]] std::string identity() const { return "sip:" + user + "@" + kDomain; }
};

Packet in_esp(std::uint32_t spi, const Packet& inner) {
    Packet out(inner.begin(), inner.begin() + 2);
    const Packet ip(inner.begin() + 1, inner.end());
    return out / Raw{clear_esp(spi, ip), kProtocolEsp};
}

Packet sealed(std::uint32_t spi, const Endpoint& from = kPhone, const Endpoint& to = kPcscf) {
    return ip(from, to) / Raw{sealed_esp(spi), kProtocolEsp};
}

class ReplayEsp : public Replay {
  protected:
    // SM1, 401.
    void challenge(const Phone& phone) {
        const Answer answer{.to = phone.clear(),
                            .status = 401,
                            .nonce = "nonce-" + phone.user,
                            .more = agreement("Security-Server: ", phone.spi, "6100", phone.ealg) +
                                    "\r\n"};
        scene.say(phone.place, kPcscf, phone.clear().text())
            .say(kPcscf, phone.place, answer.text());
    }
    void send(const Phone& phone, const std::string& text) {
        scene.add(in_esp(phone.spi, message(phone.place, kPcscfProtected, text)));
    }
    // SM1, 401, SM7, 200: four packets.
    void register_phone(const Phone& phone) {
        challenge(phone);
        send(phone, phone.inner().text());
        scene.add(in_esp(
            phone.spi + 16,
            message(
                kPcscfProtected, phone.place,
                Answer{.to = phone.inner(), .associated = "<" + phone.identity() + ">"}.text())));
    }

    Scene scene;
    const Phone victim{kVictim, kPhone, 4096}, attacker{kAttacker, kThief, 8192};
};

TEST_F(ReplayEsp, NotEncrypted_IsJudgedAsWhatIsInIt) {
    register_phone(victim);
    register_phone(attacker);
    send(victim, Request{.from = victim.identity()}.text());
    // The seed's attack (2.1), inside the attacker's own association.
    send(attacker, Request{.from = victim.identity()}.text());
    send(attacker, attacker.inner().text());
    send(attacker, Request{.method = "MESSAGE", .from = attacker.identity()}.text());
    const auto findings = scene.findings(ends_esp());
    EXPECT_EQ(
        lines(findings),
        (Lines{"1 front pass", "2 answers pass", "3 inside pass", "4 answers pass", "5 front pass",
               "6 answers pass", "7 inside pass", "8 answers pass", "9 inside pass",
               "10 inside drop identity_not_bound", "11 inside pass", "12 inside pass"}));
    ASSERT_EQ(findings.size(), 12u);
    ASSERT_TRUE(findings[9].esp && findings[9].sip);
    EXPECT_EQ(findings[9].esp->spi, 8192u);
    EXPECT_EQ(findings[9].esp->encrypted, false);
    EXPECT_EQ(findings[9].destination_port, kPcscfProtected.port);
}

TEST_F(ReplayEsp, NotEncrypted_HasItsTcpJudged) {
    register_phone(victim);
    Scene plain;
    const Connection tcp(plain, kPhone, kPcscfProtected);
    const auto arriving = [&](std::uint32_t sequence, const std::string& text, std::uint8_t flags) {
        scene.add(in_esp(victim.spi, tcp.arriving(sequence, text, flags)));
    };
    const std::string own = Request{.from = victim.identity()}.text();
    arriving(99, "", kSyn);
    arriving(100, "", kAck);
    arriving(100, own.substr(0, 100), kPushAck);
    arriving(200, own.substr(100), kPushAck);
    arriving(100 + static_cast<std::uint32_t>(own.size()),
             Request{.from = attacker.identity()}.text(), kPushAck);
    const auto findings = scene.findings(ends_esp());
    EXPECT_EQ(verdicts(findings, 5),
              (Lines{"5 pass", "6 pass", "7 pass", "8 pass", "9 drop identity_not_bound"}));
    EXPECT_EQ(findings.back().protocol, GM_TCP);
}

// H3: two users behind one address, told apart by their ports.
TEST_F(ReplayEsp, NotEncrypted_IsHeldToItsAssociation) {
    const Phone neighbour{kAttacker, endpoint("192.0.2.7:5070"), 8192};
    register_phone(victim);
    register_phone(neighbour);
    scene.add(in_esp(neighbour.spi,
                     message(kPhone, kPcscfProtected, Request{.from = victim.identity()}.text())));
    EXPECT_EQ(scene.lines(ends_esp()).back(), "9 inside drop esp_wrong_source");
}

TEST_F(ReplayEsp, OfNobodyYet_CarriesARegisterAlone) {
    challenge(victim);
    send(victim, Request{.from = victim.identity()}.text());
    send(victim, victim.inner().text());
    EXPECT_EQ(scene.lines(ends_esp()), (Lines{"1 front pass", "2 answers pass",
                                              "3 inside drop unregistered", "4 inside pass"}));
}

TEST_F(ReplayEsp, Encrypted_IsToldByItsSpi) {
    challenge({kVictim, kPhone, 4096, "aes-cbc"});
    scene.add(sealed(4096)).add(sealed(4097)).add(sealed(4096, kThief)).add(sealed(99));
    scene.add(sealed(4112, kPcscf, kPhone));
    scene.wait(100000).add(sealed(4096));
    const auto findings = scene.findings(ends_esp());
    EXPECT_EQ(lines(findings),
              (Lines{"1 front pass", "2 answers pass", "3 front pass", "4 front pass",
                     "5 front drop esp_wrong_source", "6 front drop esp_unknown_spi",
                     "7 answers pass", "8 front pass"}));
    for (const auto& finding : findings)
        EXPECT_EQ(finding.esp.has_value(), finding.frame > 2) << finding.frame;
    const auto shown = boost::json::parse(replay::json(findings.at(4)));
    EXPECT_EQ(shown.at("proto"), "esp");
    EXPECT_EQ(shown.at("spi"), 4096);
    EXPECT_EQ(shown.at("encrypted"), true);
    EXPECT_TRUE(shown.at("sport").is_null() && shown.at("sip").is_null());
}

TEST_F(ReplayEsp, InUdp_IsToldAlike) {
    const auto in_udp = [](const Endpoint& from, const Bytes& body) {
        return ip(from, kPcscf) / Udp{.source = from.port, .destination = 4500} / body;
    };
    challenge(victim);
    const auto inner = Ipv4{.source = "192.0.2.7", .destination = "192.0.2.1"} /
                       Udp{.source = 5060, .destination = 6100} / victim.inner().text();
    scene.add(in_udp(kPhone, clear_esp(4096, inner)))
        .add(in_udp(kThief, sealed_esp(4096)))
        .add(in_udp(kPhone, sealed_esp(99)))
        .add(in_udp(kPhone, Bytes(40)));
    EXPECT_EQ(scene.lines(ends_esp()),
              (Lines{"1 front pass", "2 answers pass", "3 inside pass",
                     "4 front drop esp_wrong_source", "5 front drop esp_unknown_spi"}));
}

TEST_F(ReplayEsp, ThatIsDamaged_IsToldByItsSpi) {
    challenge(victim);
    Bytes broken = bytes(in_esp(4096, message(kPhone, kPcscfProtected, victim.inner().text())));
    broken[broken.size() - 14] ^= 0x40; // how much of it is padding
    Bytes cut(broken.begin(), broken.end() - 40);
    scene.add(broken).add(cut);
    scene.add(ip(kPhone, kPcscf) / Raw{Bytes(7), kProtocolEsp});
    const auto findings = scene.findings(ends_esp());
    ASSERT_EQ(verdicts(findings, 3), (Lines{"3 pass", "4 pass", "5 drop malformed"}));
    EXPECT_EQ(findings[2].esp->encrypted, true);
    EXPECT_FALSE(findings[4].esp->spi);
}

TEST_F(ReplayEsp, InFragments_IsToldAsTheWhole) {
    register_phone(victim);
    const auto packet =
        in_esp(4096, message(kPhone, kPcscfProtected, Request{.from = attacker.identity()}.text()));
    for (const auto& piece : fragments(packet, 240))
        scene.add(piece);
    for (const auto& piece : fragments(sealed(99), 48, 2))
        scene.add(piece);
    EXPECT_EQ(verdicts(scene, ends_esp(), 5),
              (Lines{"5 pass", "6 drop identity_not_bound", "7 drop esp_unknown_spi", "8 pass"}));
}

// An association is its phone's until the P-CSCF offers the number to another.
TEST_F(ReplayEsp, WithANumberThatIsGivenAgain_IsTheNewPhones) {
    challenge(victim);
    challenge({kAttacker, kThief, 4096});
    scene.add(sealed(4096, kThief)).add(sealed(4096));
    EXPECT_EQ(verdicts(scene, ends_esp(), 5), (Lines{"5 pass", "6 drop esp_wrong_source"}));
}

TEST_F(ReplayEsp, IsNoWayAroundAProtectedPort) {
    register_phone(victim);
    scene.say(kPhone, kPcscfProtected, Request{.from = victim.identity()}.text());
    Connection tcp(scene, kPhone, kPcscfProtected);
    tcp.open();
    EXPECT_EQ(verdicts(scene, ends_esp(), 5),
              (Lines{"5 drop clear_on_protected", "6 drop clear_on_protected", "7 pass",
                     "8 drop clear_on_protected"}));
}

} // namespace
} // namespace gmguard::test
