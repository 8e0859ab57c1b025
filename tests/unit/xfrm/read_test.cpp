// SPDX-License-Identifier: BSD-2-Clause
#include "unit/xfrm/captured.hpp"
#include "unit/xfrm/messages.hpp"

#include "xfrm/change.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

using namespace gmguard::xfrm;

template <typename T> T read_as(const Octets& octets) {
    const auto change = read(octets);
    EXPECT_TRUE(change.has_value());
    const T* wanted = change ? std::get_if<T>(&*change) : nullptr;
    EXPECT_NE(wanted, nullptr);
    return wanted != nullptr ? *wanted : T{};
}

Sa read_sa(const Octets& octets) {
    return read_as<SaThere>(octets).sa;
}

TEST(XfrmRead, AnSaOfKamailio) {
    const auto sa = read_sa(new_sa({.bytes = 1234}));
    EXPECT_EQ(sa.key, (SaKey{address("192.0.2.1"), 4097, 50, {}}));
    EXPECT_EQ(sa.source, address("192.0.2.7"));
    EXPECT_EQ(sa.protocol, Protocol::esp);
    EXPECT_EQ(sa.mode, Mode::transport);
    EXPECT_EQ(sa.reqid, 4097U);
    EXPECT_EQ(sa.selector.text(), "192.0.2.7/32 port 45061 > 192.0.2.1/32 port 6100");
    EXPECT_EQ(sa.integrity, (Algorithm{"hmac(sha1)", 160, 96}));
    EXPECT_EQ(sa.encryption, (Algorithm{"cbc(aes)", 128, 0}));
    EXPECT_EQ(sa.aead, Algorithm{});
    EXPECT_EQ(sa.hard, Limit{});
    EXPECT_EQ(sa.usage.bytes, 1234U);
    EXPECT_FALSE(sa.encapsulation);
}

TEST(XfrmRead, AnSaOfIpv6InATunnelInUdpWithGcm) {
    SaText text{.source = "2001:db8::7", .destination = "2001:db8::1"};
    auto raw = raw_sa(text);
    raw.mode = XFRM_MODE_TUNNEL;
    raw.sel.prefixlen_s = 64;
    raw.lft.hard_add_expires_seconds = 3600;
    raw.lft.soft_byte_limit = 1000;
    Octets payload;
    append(payload, raw);
    xfrm_encap_tmpl encap{};
    encap.encap_type = 2;
    encap.encap_sport = htons(4500);
    encap.encap_dport = htons(40000);
    const auto sa = read_sa(
        message(XFRM_MSG_NEWSA, payload + algorithm(XFRMA_ALG_AEAD, "rfc4106(gcm(aes))", 160, 128) +
                                    attribute_of(XFRMA_ENCAP, encap) +
                                    attribute_of(XFRMA_MARK, xfrm_mark{7, 0xff}) +
                                    attribute_of(XFRMA_SET_MARK, __u32{9})));
    EXPECT_EQ(sa.mode, Mode::tunnel);
    EXPECT_EQ(sa.selector.source, *Prefix::parse("2001:db8::/64"));
    EXPECT_EQ(sa.aead, (Algorithm{"rfc4106(gcm(aes))", 160, 128}));
    EXPECT_EQ(sa.encapsulation, (Encapsulation{2, 4500, 40000}));
    EXPECT_EQ(sa.key.mark, (Mark{7, 0xff}));
    EXPECT_EQ(sa.output_mark, 9U);
    EXPECT_EQ(sa.hard.add_seconds, 3600U);
    EXPECT_EQ(sa.soft.bytes, 1000U);
}

TEST(XfrmRead, OnlyTheTruncatedFormKnowsTheIcvInEitherOrder) {
    const auto plain = algorithm(XFRMA_ALG_AUTH, "hmac(md5)", 128);
    const auto cut = algorithm(XFRMA_ALG_AUTH_TRUNC, "hmac(md5)", 128, 96);
    for (const auto& attributes : {plain + cut, cut + plain})
        EXPECT_EQ(read_sa(new_sa({}, attributes)).integrity, (Algorithm{"hmac(md5)", 128, 96}));
}

TEST(XfrmRead, AnSaWithoutSelectorTakesAll) {
    auto raw = raw_sa({});
    raw.sel = {};
    Octets payload;
    append(payload, raw);
    const auto sa = read_sa(message(XFRM_MSG_NEWSA, payload));
    EXPECT_EQ(sa.selector, Selector{});
    EXPECT_EQ(sa.selector.text(), "any > any");
}

TEST(XfrmRead, WhatEndsAnSa) {
    const SaText text;
    EXPECT_EQ(read_as<SaDeleted>(deleted_sa(text)).key, text.key());
    EXPECT_EQ(read_as<SaExpired>(expired_sa(text, true)).key, text.key());
    EXPECT_TRUE(read_as<SaExpired>(expired_sa(text, true)).hard);
    EXPECT_FALSE(read_as<SaExpired>(expired_sa(text, false)).hard);
    auto updated = new_sa(text);
    reinterpret_cast<nlmsghdr*>(updated.data())->nlmsg_type = XFRM_MSG_UPDSA;
    EXPECT_EQ(read_as<SaUpdated>(updated).sa.key, text.key());
}

TEST(XfrmRead, AFlushIsOfAProtocol) {
    const auto any = read_as<SasFlushed>(flushed_sas(0));
    const auto ipsec = read_as<SasFlushed>(flushed_sas(255));
    const auto ah = read_as<SasFlushed>(flushed_sas(IPPROTO_AH));
    EXPECT_TRUE(any.covers(IPPROTO_ESP) && any.covers(43));
    EXPECT_TRUE(ipsec.covers(IPPROTO_ESP) && ipsec.covers(IPPROTO_AH));
    EXPECT_FALSE(ipsec.covers(43));
    EXPECT_TRUE(ah.covers(IPPROTO_AH));
    EXPECT_FALSE(ah.covers(IPPROTO_ESP));
}

TEST(XfrmRead, Policies) {
    const SaText text;
    const auto policy = read_as<PolicyThere>(new_policy(text, 16)).policy;
    EXPECT_EQ(policy.index, 16U);
    EXPECT_EQ(policy.direction, Direction::in);
    EXPECT_EQ(policy.priority, 2080U);
    ASSERT_EQ(policy.templates.size(), 1U);
    EXPECT_EQ(policy.templates[0].source, address("192.0.2.7"));
    EXPECT_EQ(policy.templates[0].reqid, 4097U);
    EXPECT_EQ(read_as<PolicyDeleted>(deleted_policy(text, 16)).index, 16U);
    (void)read_as<PoliciesFlushed>(message(XFRM_MSG_FLUSHPOLICY, {}));
}

TEST(XfrmRead, PoliciesOfSocketsAndSubPoliciesAreNot) {
    const auto sub = attribute_of(XFRMA_POLICY_TYPE, xfrm_userpolicy_type{1, 0, 0});
    EXPECT_FALSE(read(new_policy({}, 16, XFRM_POLICY_MAX)));
    EXPECT_FALSE(read(new_policy({}, 16, XFRM_POLICY_IN, sub)));
    EXPECT_FALSE(read(message(XFRM_MSG_FLUSHPOLICY, sub)));
}

std::vector<Octets> one_of_each() {
    const SaText text;
    return {new_sa(text),   deleted_sa(text),     expired_sa(text, true),
            flushed_sas(0), new_policy(text, 16), deleted_policy(text, 16)};
}

std::size_t length_of(const Octets& message) {
    return reinterpret_cast<const nlmsghdr*>(message.data())->nlmsg_len;
}

// Whatever is cut off: no byte behind the end is read (the sanitizers watch), and what is read is
// what a whole message says, or nothing.
TEST(XfrmRead, CutAnywhere) {
    for (const auto& whole : one_of_each())
        for (std::size_t length = 0; length < length_of(whole); ++length) {
            const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            EXPECT_FALSE(read(cut)) << length;
        }
}

// The header says less than there is: attributes are missing, or cut.
TEST(XfrmRead, ShortenedAnywhere) {
    for (const auto& whole : one_of_each())
        for (std::size_t length = 0; length < whole.size(); ++length) {
            Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            if (length >= sizeof(nlmsghdr))
                reinterpret_cast<nlmsghdr*>(cut.data())->nlmsg_len = static_cast<__u32>(length);
            const auto change = read(cut);
            if (const auto* there = change ? std::get_if<SaThere>(&*change) : nullptr) {
                EXPECT_EQ(there->sa.key, SaText{}.key());
            }
        }
}

TEST(XfrmRead, LengthsThatLie) {
    for (const auto& whole : one_of_each())
        for (std::size_t at = 0; at + 2 <= whole.size(); at += 2)
            for (const std::uint16_t lie : {0, 1, 3, 4, 5, 0x7fff, 0xffff}) {
                Octets changed = whole;
                std::memcpy(changed.data() + at, &lie, sizeof lie);
                (void)read(changed);
            }
}

TEST(XfrmRead, NoKeyIsKept) {
    const auto sa = read_sa(new_sa({}));
    for (const auto& name : {sa.integrity.name, sa.encryption.name, sa.selector.text()})
        EXPECT_EQ(name.find('\xa5'), std::string::npos);
}

TEST(XfrmRead, ANameWithoutEndEndsWithItsField) {
    auto octets = algorithm(XFRMA_ALG_CRYPT, "", 0);
    std::fill_n(octets.begin() + NLA_HDRLEN, 64, std::byte{'x'});
    EXPECT_EQ(read_sa(new_sa({}, octets)).encryption.name, std::string(64, 'x'));
}

TEST(XfrmRead, WhatAKernelSaysOfAnSa) {
    const auto sa = read_sa(from_hex(kSaAdded));
    EXPECT_EQ(sa.key, (SaKey{address("10.40.0.1"), 4097, 50, {}}));
    EXPECT_EQ(sa.source, address("10.40.0.2"));
    EXPECT_EQ(sa.selector.text(), "10.40.0.2/32 port 45061 > 10.40.0.1/32 port 6100");
    EXPECT_EQ(sa.integrity.text(), "hmac(sha1) 128/96");
    EXPECT_EQ(sa.encryption.text(), "cbc(aes) 128");
    EXPECT_EQ(sa.hard, Limit{});
    EXPECT_EQ(read_as<SaDeleted>(from_hex(kSaDeleted)).key, sa.key);
}

TEST(XfrmRead, WhatAKernelSaysOfATunnel) {
    const auto sa = read_sa(from_hex(kTunnelAdded));
    EXPECT_EQ(sa.key, (SaKey{address("2001:db8::1"), 0x2002, 50, {}}));
    EXPECT_EQ(sa.mode, Mode::tunnel);
    EXPECT_EQ(sa.aead.text(), "rfc4106(gcm(aes)) 160/128");
    EXPECT_EQ(sa.encapsulation, (Encapsulation{2, 4500, 40000}));
    EXPECT_EQ(sa.selector.text(), "any > any");
    EXPECT_EQ(sa.hard, (Limit{.add_seconds = 2, .bytes = 1'000'000}));
    EXPECT_EQ(sa.output_mark, 9U);
    const auto expired = read_as<SaExpired>(from_hex(kTunnelExpired));
    EXPECT_EQ(expired.key, sa.key);
    EXPECT_TRUE(expired.hard);
}

TEST(XfrmRead, WhatAKernelSaysOfAPolicy) {
    const auto policy = read_as<PolicyThere>(from_hex(kPolicyAdded)).policy;
    EXPECT_EQ(policy.direction, Direction::in);
    EXPECT_EQ(policy.priority, 2080U);
    ASSERT_EQ(policy.templates.size(), 1U);
    EXPECT_EQ(policy.templates[0].reqid, 4097U);
    EXPECT_EQ(read_as<PolicyDeleted>(from_hex(kPolicyDeleted)).index, policy.index);
}

TEST(XfrmRead, OtherMessagesSayNothing) {
    EXPECT_FALSE(read(message(XFRM_MSG_NEWAE, Octets(100))));
    EXPECT_FALSE(read(message(NLMSG_DONE, Octets(4))));
    EXPECT_FALSE(read({}));
}

} // namespace
} // namespace gmguard::test
