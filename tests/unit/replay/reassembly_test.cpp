// SPDX-License-Identifier: BSD-2-Clause
#include "replay/reassembly.hpp"

#include "harness/packet.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using namespace test;

constexpr std::uint64_t kSecond = 1'000'000'000;

std::optional<test::Bytes> add(Reassembly& reassembly, const test::Bytes& bytes,
                               std::uint64_t now_ns = 0) {
    const Frame frame{1, now_ns, bytes};
    const auto at = layers(frame.ethernet);
    EXPECT_TRUE(at && at->piece);
    return reassembly.add(frame, *at);
}

const std::string kText = "REGISTER 0123456789abcdefghijklmnopqrstuvwxyz0123456789";

class Reassembled : public testing::TestWithParam<Packet> {};

TEST_P(Reassembled, IsThePacketAsItWas_InEveryOrder) {
    auto pieces = test::fragments(GetParam(), 24, 5);
    ASSERT_EQ(pieces.size(), 3u);
    std::ranges::sort(pieces);
    do {
        Reassembly reassembly;
        EXPECT_FALSE(add(reassembly, pieces[0]));
        EXPECT_FALSE(add(reassembly, pieces[1]));
        const auto whole = add(reassembly, pieces[2]);
        ASSERT_TRUE(whole);
        const auto at = layers(*whole);
        ASSERT_TRUE(at);
        EXPECT_FALSE(at->piece);
        EXPECT_EQ(payload(*whole, *at), kText);
        EXPECT_EQ(reassembly.under_way(), 0u);
    } while (std::ranges::next_permutation(pieces).found);
}

INSTANTIATE_TEST_SUITE_P(All, Reassembled,
                         testing::Values(Ethernet{} / Ipv4{} / Udp{} / kText,
                                         Ethernet{} / Vlan{} / Ipv4{.options = {1, 1, 1}} / Udp{} /
                                             kText,
                                         Ethernet{} / Ipv6{} / Udp{} / kText));

TEST(Reassembly, GivesBackTheVeryBytes_WhereNothingElseWasInTheHeaders) {
    const Packet v4 = Ethernet{} / Ipv4{.id = 9} / Udp{} / kText;
    const Packet v6 = Ethernet{} / Ipv6{} / Udp{} / kText;
    for (const Packet& packet : {v4, v6}) {
        Reassembly reassembly;
        const auto pieces = test::fragments(packet, 32, 9);
        EXPECT_FALSE(add(reassembly, pieces.at(0)));
        EXPECT_EQ(add(reassembly, pieces.at(1)), test::bytes(packet));
    }
}

TEST(Reassembly, KnowsThePorts_OnceTheFirstFragmentCame) {
    const auto pieces = test::fragments(Ethernet{} / Ipv4{} / Udp{.source = 1025} / kText, 24, 5);
    Reassembly reassembly;
    const auto last = layers(pieces.at(2));
    EXPECT_FALSE(add(reassembly, pieces.at(1)));
    EXPECT_FALSE(reassembly.ports_of(*last));
    EXPECT_FALSE(add(reassembly, pieces.at(0)));
    ASSERT_TRUE(reassembly.ports_of(*last));
    EXPECT_EQ(reassembly.ports_of(*last)->source, 1025);
}

TEST(Reassembly, IgnoresARepeatedFragment) {
    const auto pieces = test::fragments(Ethernet{} / Ipv4{} / Udp{} / kText, 32, 5);
    Reassembly reassembly;
    EXPECT_FALSE(add(reassembly, pieces.at(0)));
    EXPECT_FALSE(add(reassembly, pieces.at(0)));
    EXPECT_TRUE(add(reassembly, pieces.at(1)));
}

struct OverlapCase {
    const char* name;
    std::size_t offset, length;
    bool more;
};
class ReassemblyOverlap : public testing::TestWithParam<OverlapCase> {};

TEST_P(ReassemblyOverlap, EndsTheDatagram) {
    const Packet packet = Ethernet{} / Ipv6{} / Udp{} / kText;
    const auto pieces = test::fragments(packet, 32, 5);
    Reassembly reassembly;
    const auto& bad = GetParam();
    EXPECT_FALSE(add(reassembly, pieces.at(0)));
    EXPECT_FALSE(add(reassembly, fragment(packet, bad.offset, bad.length, bad.more, 5)));
    EXPECT_FALSE(add(reassembly, pieces.at(1)));
}

const OverlapCase kOverlaps[] = {
    {"PartlyOverTheFirst", 24, 16, true},
    {"AroundTheFirst", 0, 40, true},
    {"LengthNoMultipleOfEight", 32, 12, true},
    {"ASecondEnd", 48, 8, false},
};
INSTANTIATE_TEST_SUITE_P(All, ReassemblyOverlap, testing::ValuesIn(kOverlaps),
                         [](const auto& info) { return info.param.name; });

TEST(Reassembly, GivesUp_WhenTheRestComesTooLate) {
    const auto pieces = test::fragments(Ethernet{} / Ipv4{} / Udp{} / kText, 32, 5);
    Reassembly in_time, late;
    EXPECT_FALSE(add(in_time, pieces.at(0), kSecond));
    EXPECT_TRUE(add(in_time, pieces.at(1), 31 * kSecond));
    EXPECT_FALSE(add(late, pieces.at(0), kSecond));
    EXPECT_FALSE(add(late, pieces.at(1), 31 * kSecond + 1));
}

TEST(Reassembly, KeepsApart_WhatDiffersInIdOrAddress) {
    const auto one = test::fragments(Ethernet{} / Ipv4{} / Udp{} / kText, 32, 5);
    const auto two = test::fragments(Ethernet{} / Ipv4{} / Udp{} / kText, 32, 6);
    const auto three =
        test::fragments(Ethernet{} / Ipv4{.source = "192.0.2.8"} / Udp{} / kText, 32, 5);
    Reassembly reassembly;
    EXPECT_FALSE(add(reassembly, one.at(0)));
    EXPECT_FALSE(add(reassembly, two.at(1)));
    EXPECT_FALSE(add(reassembly, three.at(1)));
    EXPECT_TRUE(add(reassembly, one.at(1)));
}

TEST(Reassembly, IsBounded) {
    Reassembly reassembly;
    for (std::uint32_t id = 1; id <= kReassemblies + 100; ++id)
        EXPECT_FALSE(
            add(reassembly, fragment(Ethernet{} / Ipv6{} / Udp{} / kText, 0, 16, true, id), id));
    EXPECT_EQ(reassembly.under_way(), kReassemblies);
    // The oldest went: the rest of it no longer completes anything.
    EXPECT_FALSE(
        add(reassembly, fragment(Ethernet{} / Ipv6{} / Udp{} / kText, 16, 47, false, 1), 2000));
}

} // namespace
} // namespace gmguard::replay
