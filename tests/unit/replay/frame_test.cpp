// SPDX-License-Identifier: BSD-2-Clause
#include "replay/frame.hpp"

#include "harness/packet.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using namespace test;

struct FrameCase {
    const char* name;
    Packet packet;
    const char* source;
    std::optional<std::uint16_t> source_port;
    const char* payload;
};

class FrameLayers : public testing::TestWithParam<FrameCase> {};

TEST_P(FrameLayers, AreFound) {
    const auto& expected = GetParam();
    const auto frame = test::bytes(expected.packet);
    const auto at = layers(frame);
    ASSERT_TRUE(at);
    EXPECT_EQ(at->source.text(), expected.source);
    const auto found = ports(frame, *at);
    ASSERT_EQ(found.has_value(), expected.source_port.has_value());
    if (found) {
        EXPECT_EQ(found->source, *expected.source_port);
    }
    EXPECT_EQ(payload(frame, *at), expected.payload);
}

const FrameCase kFrames[] = {
    {"Ipv4", Ethernet{} / Ipv4{} / Udp{.source = 1025} / "x", "192.0.2.7", 1025, "x"},
    {"Ipv4WithOptions", Ethernet{} / Ipv4{.options = {1, 1, 1, 1}} / Udp{.source = 9} / "x",
     "192.0.2.7", 9, "x"},
    {"TwoTags", Ethernet{} / Vlan{.tag = 0x88a8} / Vlan{.id = 7} / Ipv4{} / Udp{} / "x",
     "192.0.2.7", 5060, "x"},
    {"ThreeTags", Ethernet{} / Vlan{} / Vlan{} / Vlan{} / Ipv4{} / Udp{} / "x", "192.0.2.7", 5060,
     "x"},
    {"Ipv6", Ethernet{} / Ipv6{} / Udp{} / "x", "2001:db8::7", 5060, "x"},
    {"Ipv6Extensions",
     Ethernet{} / Ipv6{} / Extension{.kind = kHopByHop} / Extension{.kind = kRouting} /
         Extension{} / Udp{} / "x",
     "2001:db8::7", 5060, "x"},
    {"AtomicFragment", Ethernet{} / Ipv6{} / Ipv6Fragment{} / Udp{} / "x", "2001:db8::7", 5060,
     "x"},
    {"Tcp", Ethernet{} / Ipv4{} / Tcp{.source = 1026} / "x", "192.0.2.7", 1026, "x"},
    {"Trailer", Ethernet{} / Ipv4{.total_length = 29} / Udp{.length = 9} / "xyz", "192.0.2.7", 5060,
     "x"},
    {"UdpLengthTooLong", Ethernet{} / Ipv4{} / Udp{.length = 4000} / "x", "192.0.2.7", 5060, "x"},
    {"UdpLengthTooShort", Ethernet{} / Ipv4{} / Udp{.length = 3} / "x", "192.0.2.7", 5060, ""},
    {"NoTransport", Ethernet{} / Ipv4{.protocol = kProtocolUdp} / "", "192.0.2.7", std::nullopt,
     ""},
    {"OtherProtocol", Ethernet{} / Ipv4{.protocol = kProtocolEsp} / "12345678", "192.0.2.7",
     std::nullopt, ""},
};
INSTANTIATE_TEST_SUITE_P(All, FrameLayers, testing::ValuesIn(kFrames),
                         [](const auto& info) { return info.param.name; });

TEST(FrameLayers, AreNone_WhereThereIsNoIp) {
    EXPECT_FALSE(layers(test::bytes(Ethernet{.type = 0x0806} / "who has")));
    EXPECT_FALSE(layers(test::Bytes{1, 2, 3}));
    EXPECT_FALSE(layers(test::bytes(Ethernet{} / Ipv4{.version = 6} / Udp{} / "x")));
}

TEST(FrameLayers, TellAFragment_AndItsPlace) {
    for (const Packet& whole : {Ethernet{} / Ipv4{} / Udp{} / "0123456789abcdefghij",
                                Ethernet{} / Ipv6{} / Udp{} / "0123456789abcdefghij"}) {
        const auto pieces = test::fragments(whole, 16, 77);
        ASSERT_EQ(pieces.size(), 2u);
        const auto first = layers(pieces[0]), second = layers(pieces[1]);
        ASSERT_TRUE(first && first->piece && second && second->piece);
        EXPECT_EQ(first->piece->offset, 0u);
        EXPECT_TRUE(first->piece->more);
        EXPECT_TRUE(ports(pieces[0], *first));
        EXPECT_EQ(second->piece->offset, 16u);
        EXPECT_FALSE(second->piece->more);
        EXPECT_EQ(second->piece->id, 77u);
        EXPECT_FALSE(ports(pieces[1], *second));
    }
}

// Whatever a capture cuts off, nothing outside of the frame is looked at (run with sanitizers).
TEST(FrameLayers, StayInside_WhereverTheFrameEnds) {
    const Packet whole = Ethernet{} / Vlan{} / Ipv6{} / Extension{.kind = kHopByHop} / Udp{} / "xy";
    const auto frame = test::bytes(whole);
    for (std::size_t size = 0; size <= frame.size(); ++size) {
        const test::Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
        const auto at = layers(cut);
        if (!at)
            continue;
        EXPECT_LE(at->end, size);
        EXPECT_LE(at->transport, size);
        EXPECT_LE(payload(cut, *at).size(), 2u);
    }
}

} // namespace
} // namespace gmguard::replay
