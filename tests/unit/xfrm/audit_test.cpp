// SPDX-License-Identifier: BSD-2-Clause
// The seed's D.1 and TS 33.203 Annex H, one deviation at a time.
#include "unit/xfrm/messages.hpp"

#include "xfrm/audit.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

using namespace gmguard::xfrm;

sip::SecurityMechanism agreed(std::string alg, std::string ealg) {
    return {"ipsec-3gpp", std::move(alg), std::move(ealg), "esp", "trans", 4096, 4097, 5100, 6100};
}

// From the phone's client port to port-s, as Kamailio 5.6 installs it.
Sa usual_sa() {
    Sa sa;
    sa.key = {address("192.0.2.1"), 4097, 50, {}};
    sa.source = address("192.0.2.7");
    sa.protocol = Protocol::esp;
    sa.mode = Mode::transport;
    sa.selector = {*Prefix::parse("192.0.2.7"),
                   *Prefix::parse("192.0.2.1"),
                   {45061, 0xffff},
                   {6100, 0xffff},
                   0};
    sa.integrity = {"hmac(sha1)", 128, 96};
    sa.encryption = {"cbc(aes)", 128, 0};
    return sa;
}

Expected usual() {
    Expected expected;
    expected.standing = Standing::bound;
    expected.pcscf = address("192.0.2.1");
    expected.holder = *Prefix::parse("192.0.2.7");
    expected.phone_ports = {45061, 45062};
    expected.agreed = agreed("hmac-sha-1-96", "aes-cbc");
    return expected;
}

// "mode lifetime": the names of what is found.
std::string faults(const Sa& sa, const Expected& expected) {
    std::string out;
    for (const auto& deviation : audit(sa, expected)) {
        EXPECT_FALSE(deviation.text.empty());
        out += (out.empty() ? "" : " ") + std::string(name(deviation.fault));
    }
    return out;
}

std::string text_of(const Sa& sa, const Expected& expected) {
    const auto found = audit(sa, expected);
    return found.empty() ? "" : found.front().text;
}

TEST(XfrmAudit, KamailiosOwnIsInOrder) {
    EXPECT_EQ(faults(usual_sa(), usual()), "");
    auto padded = usual_sa(); // IK with 32 zero bits, as Annex I has it
    padded.integrity.key_bits = 160;
    EXPECT_EQ(faults(padded, usual()), "");
}

TEST(XfrmAudit, TheOutboundOneIsTheSameTurnedRound) {
    auto sa = usual_sa();
    sa.key.spi = 22222; // the phone's choice
    std::swap(sa.key.destination, sa.source);
    std::swap(sa.selector.source, sa.selector.destination);
    std::swap(sa.selector.source_ports, sa.selector.destination_ports);
    auto expected = usual();
    expected.inbound = false;
    EXPECT_EQ(faults(sa, expected), "");
    sa.selector.destination_ports.port = 5060;
    EXPECT_EQ(faults(sa, expected), "foreign_port");
}

struct Pair {
    const char* alg;
    const char* ealg;
    Algorithm integrity, encryption, aead;
};

class XfrmAuditAlgorithms : public testing::TestWithParam<Pair> {};

TEST_P(XfrmAuditAlgorithms, AreInOrderAndWithAnotherKeyNot) {
    const auto& pair = GetParam();
    auto sa = usual_sa();
    sa.integrity = pair.integrity;
    sa.encryption = pair.encryption;
    sa.aead = pair.aead;
    auto expected = usual();
    expected.agreed = agreed(pair.alg, pair.ealg);
    EXPECT_EQ(faults(sa, expected), "");
    expected.agreed.reset(); // known ones of the right form, whatever was agreed on
    EXPECT_EQ(faults(sa, expected), "");
    expected.agreed = agreed(pair.alg, pair.ealg);
    for (auto* algorithm : {&sa.integrity, &sa.encryption, &sa.aead})
        if (algorithm->key_bits != 0)
            algorithm->key_bits = 256;
    EXPECT_NE(faults(sa, expected).find("_key"), std::string::npos);
}

const Algorithm kNone{}, kNull{"ecb(cipher_null)", 0, 0};
INSTANTIATE_TEST_SUITE_P(
    AnnexH, XfrmAuditAlgorithms,
    testing::Values(
        Pair{"hmac-md5-96", "null", {"hmac(md5)", 128, 96}, kNull, kNone},
        Pair{"hmac-md5-96", "", {"hmac(md5)", 128, 96}, kNull, kNone},
        Pair{"hmac-md5-96",
             "des-ede3-cbc",
             {"hmac(md5)", 128, 96},
             {"cbc(des3_ede)", 192, 0},
             kNone},
        Pair{"hmac-sha-1-96", "aes-cbc", {"hmac(sha1)", 160, 96}, {"cbc(aes)", 128, 0}, kNone},
        Pair{"aes-gmac", "null", kNone, kNone, {"rfc4543(gcm(aes))", 160, 128}},
        Pair{"null", "aes-gcm", kNone, kNone, {"rfc4106(gcm(aes))", 160, 128}}));

TEST(XfrmAudit, AnotherIntegrity) {
    auto sa = usual_sa();
    sa.integrity = {"hmac(md5)", 128, 96};
    EXPECT_EQ(faults(sa, usual()), "integrity_algorithm");
    EXPECT_EQ(text_of(sa, usual()), "integrity is hmac(md5), hmac-sha-1-96 was agreed on");
    auto expected = usual();
    expected.agreed.reset();
    EXPECT_EQ(faults(sa, expected), "");
    sa.integrity = {"hmac(sha256)", 256, 128};
    EXPECT_EQ(text_of(sa, expected), "integrity is hmac(sha256), none of TS 33.203 Annex H");
    sa.integrity = {"digest_null", 0, 0};
    EXPECT_EQ(faults(sa, expected), "integrity_algorithm");
}

TEST(XfrmAudit, AKeyOf256Bits) {
    auto sa = usual_sa();
    sa.encryption.key_bits = 256;
    EXPECT_EQ(faults(sa, usual()), "encryption_key");
    EXPECT_EQ(text_of(sa, usual()), "key of cbc(aes) has 256 bits, not 128");
    sa = usual_sa();
    sa.integrity.key_bits = 256;
    EXPECT_EQ(faults(sa, usual()), "integrity_key");
}

TEST(XfrmAudit, AnotherTruncation) {
    auto sa = usual_sa();
    sa.integrity.icv_bits = 160;
    EXPECT_EQ(faults(sa, usual()), "integrity_key");
    sa.integrity.icv_bits = 0; // not told
    EXPECT_EQ(faults(sa, usual()), "");
}

TEST(XfrmAudit, AnotherEncryption) {
    auto sa = usual_sa();
    sa.encryption = {"ecb(cipher_null)", 0, 0};
    EXPECT_EQ(faults(sa, usual()), "encryption_algorithm");
    EXPECT_EQ(text_of(sa, usual()), "encryption is none, aes-cbc was agreed on");
    auto expected = usual();
    expected.agreed = agreed("hmac-sha-1-96", "");
    EXPECT_EQ(faults(usual_sa(), expected), "encryption_algorithm"); // null was agreed on
}

TEST(XfrmAudit, AnotherProtocol) {
    auto sa = usual_sa();
    sa.protocol = Protocol::ah;
    sa.encryption = {};
    EXPECT_EQ(faults(sa, usual()), "protocol");
}

TEST(XfrmAudit, AnotherMode) {
    auto sa = usual_sa();
    sa.mode = Mode::tunnel;
    EXPECT_EQ(faults(sa, usual()), "mode");
    sa.encapsulation = Encapsulation{2, 4500, 4500};
    EXPECT_EQ(faults(sa, usual()), "mode"); // "trans" was agreed on
    auto expected = usual();
    expected.agreed->mod = "UDP-enc-tun";
    EXPECT_EQ(faults(sa, expected), "");
    EXPECT_EQ(faults(usual_sa(), expected), "mode");
}

TEST(XfrmAudit, InUdp_WhereTheKernelTellsNoSaFromAnother) {
    auto sa = usual_sa();
    sa.mode = Mode::tunnel;
    sa.encapsulation = Encapsulation{2, 4500, 4500};
    auto expected = usual();
    expected.agreed->mod = "UDP-enc-tun";
    expected.told_apart = false;
    EXPECT_EQ(faults(sa, expected), "blind");
    expected.agreed->mod = "trans";
    EXPECT_EQ(faults(usual_sa(), expected), ""); // not behind NAT
}

TEST(XfrmAudit, InATunnel_ThePhonesAddressIsItsHomes) {
    auto sa = usual_sa();
    auto expected = usual();
    sa.selector.source = *Prefix::parse("192.168.1.2");
    EXPECT_EQ(faults(sa, expected), "foreign_address");
    sa.mode = Mode::tunnel;
    sa.encapsulation = Encapsulation{2, 4500, 4500};
    expected.agreed->mod = "UDP-enc-tun";
    EXPECT_EQ(faults(sa, expected), "");
    sa.source = *Address::parse("192.0.2.99");
    EXPECT_EQ(faults(sa, expected), "foreign_address");
}

TEST(XfrmAudit, AnotherLifetime) {
    const auto with = [](Limit hard) {
        auto sa = usual_sa();
        sa.hard = hard;
        return faults(sa, usual());
    };
    EXPECT_EQ(with({.add_seconds = 4'294'967'295}), "");
    EXPECT_EQ(with({.add_seconds = 4'294'967'294}), "lifetime");
    EXPECT_EQ(with({.add_seconds = 3600}), "lifetime");
    EXPECT_EQ(with({.use_seconds = 3600}), "lifetime");
    EXPECT_EQ(with({.bytes = 1'000'000}), "lifetime");
    EXPECT_EQ(with({.packets = 1'000}), "lifetime");
}

TEST(XfrmAudit, AForeignSource) {
    auto sa = usual_sa();
    sa.source = address("192.0.2.8");
    sa.selector.source = *Prefix::parse("192.0.2.8");
    EXPECT_EQ(faults(sa, usual()), "foreign_address");
    sa = usual_sa();
    sa.selector.source = *Prefix::parse("192.0.2.8"); // the ends are right, its packets are not
    EXPECT_EQ(faults(sa, usual()), "foreign_address");
}

TEST(XfrmAudit, AForeignDestination) {
    auto sa = usual_sa();
    sa.selector.destination = *Prefix::parse("198.51.100.1");
    EXPECT_EQ(faults(sa, usual()), "foreign_address");
}

TEST(XfrmAudit, AForeignPort) {
    auto sa = usual_sa();
    sa.selector.source_ports.port = 5060;
    EXPECT_EQ(faults(sa, usual()), "foreign_port");
    sa = usual_sa();
    sa.selector.destination_ports.port = 5100; // that goes with spi-c
    EXPECT_EQ(text_of(sa, usual()), "the P-CSCF's port is 5100, not 6100");
}

TEST(XfrmAudit, AWideSelector) {
    auto sa = usual_sa();
    sa.selector = {};
    EXPECT_EQ(faults(sa, usual()), "wide_selector");
    sa = usual_sa();
    sa.selector.source = *Prefix::parse("192.0.2.0/24");
    EXPECT_EQ(faults(sa, usual()), "wide_selector");
    sa = usual_sa();
    sa.selector.source_ports = {};
    EXPECT_EQ(faults(sa, usual()), "wide_selector");
}

// Clause 3: the prefix is the selector.
TEST(XfrmAudit, APrefixOfIpv6HoldsAllItsAddresses) {
    auto sa = usual_sa();
    sa.source = address("2001:db8:0:1::7");
    sa.key.destination = address("2001:db8::1");
    sa.selector.destination = *Prefix::parse("2001:db8::1");
    auto expected = usual();
    expected.pcscf = sa.key.destination;
    expected.holder = *Prefix::parse("2001:db8:0:1::/64");
    for (const auto* inside : {"2001:db8:0:1::7", "2001:db8:0:1::/64"}) {
        sa.selector.source = *Prefix::parse(inside);
        EXPECT_EQ(faults(sa, expected), "") << inside;
    }
    sa.selector.source = *Prefix::parse("2001:db8::/48");
    EXPECT_EQ(faults(sa, expected), "wide_selector");
    sa.selector.source = *Prefix::parse("2001:db8:0:2::/64");
    EXPECT_EQ(faults(sa, expected), "foreign_address");
}

TEST(XfrmAudit, AForeignSpi) {
    auto sa = usual_sa();
    sa.key.spi = 4098;
    EXPECT_EQ(faults(sa, usual()), "foreign_spi");
}

TEST(XfrmAudit, WhoHoldsIt) {
    const auto with = [](Standing standing) {
        auto expected = usual();
        expected.standing = standing;
        return faults(usual_sa(), expected);
    };
    EXPECT_EQ(with(Standing::unattributed), "");
    EXPECT_EQ(with(Standing::nobody), "orphan");
    EXPECT_EQ(with(Standing::pending), "");
    EXPECT_EQ(with(Standing::gone), "stale");
    EXPECT_EQ(with(Standing::refused), "refused");
}

TEST(XfrmAudit, MoreThanSixOfOneUser) {
    auto expected = usual();
    expected.of_user = 6;
    EXPECT_EQ(faults(usual_sa(), expected), "");
    expected.of_user = 7;
    EXPECT_EQ(faults(usual_sa(), expected), "too_many");
}

TEST(XfrmAudit, AllAtOnceInTheirOrder) {
    auto sa = usual_sa();
    sa.mode = Mode::tunnel;
    sa.integrity.key_bits = 256;
    sa.hard.add_seconds = 1;
    auto expected = usual();
    expected.standing = Standing::gone;
    EXPECT_EQ(faults(sa, expected), "mode integrity_key lifetime stale");
}

} // namespace
} // namespace gmguard::test
