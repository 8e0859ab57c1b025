// SPDX-License-Identifier: BSD-2-Clause
#include "replay/capture.hpp"

#include "harness/pcap.hpp"
#include "harness/temporary_file.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using namespace test;

const Packet kHello = Ipv4{} / Udp{} / "hello";

std::vector<Frame> read_all(const std::string& path) {
    auto file = CaptureFile::open(path);
    EXPECT_TRUE(file) << file.error().text();
    std::vector<Frame> out;
    while (file) {
        auto frame = file->next();
        EXPECT_TRUE(frame) << frame.error().text();
        if (!frame || !*frame)
            break;
        out.push_back(std::move(**frame));
    }
    return out;
}

struct LinkCase {
    const char* name;
    LinkType link;
    Bytes header;
};

class CaptureLink : public testing::TestWithParam<LinkCase> {};

TEST_P(CaptureLink, YieldsAnEthernetFrame_WhateverItWasCapturedOn) {
    Bytes frame = GetParam().header;
    wire::append(frame, bytes(kHello));
    Capture capture(GetParam().link);
    capture.add(frame, 1767323045, 678901234);
    for (const Bytes& format : {capture.pcap(), capture.pcapng()}) {
        const TemporaryFile file(format);
        const auto frames = read_all(file.path());
        ASSERT_EQ(frames.size(), 1u);
        EXPECT_EQ(frames[0].number, 1u);
        const auto at = layers(frames[0].ethernet);
        ASSERT_TRUE(at);
        EXPECT_EQ(at->source.text(), "192.0.2.7");
        EXPECT_EQ(payload(frames[0].ethernet, *at), "hello");
    }
}

const LinkCase kLinks[] = {
    {"Ethernet", LinkType::ethernet, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 8, 0}},
    {"EthernetVlan", LinkType::ethernet, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 0x81, 0, 0, 9, 8, 0}},
    {"Raw", LinkType::raw, {}},
    {"NullLittleEndian", LinkType::null, {2, 0, 0, 0}},
    {"Loop", LinkType::loop, {0, 0, 0, 2}},
    {"Cooked", LinkType::linux_cooked, {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 7, 0, 0, 8, 0}},
    {"CookedVlan", LinkType::linux_cooked, {0, 0, 0, 1, 0,    6, 2, 0, 0, 0,
                                            0, 7, 0, 0, 0x81, 0, 0, 9, 8, 0}},
    {"Cooked2", LinkType::linux_cooked_2, {8, 0, 0, 0, 0, 0, 0, 3, 0, 1,
                                           4, 6, 2, 0, 0, 0, 0, 7, 0, 0}},
};
INSTANTIATE_TEST_SUITE_P(All, CaptureLink, testing::ValuesIn(kLinks),
                         [](const auto& info) { return info.param.name; });

TEST(Capture, KeepsNanoseconds_WhereTheFileHasThem) {
    Capture capture;
    capture.add(Ethernet{} / Ipv4{} / Udp{} / "x", 1767323045, 678901234);
    const TemporaryFile fine(capture.pcap()), coarse(capture.pcapng());
    EXPECT_EQ(read_all(fine.path()).at(0).time_ns, 1767323045678901234u);
    EXPECT_EQ(read_all(coarse.path()).at(0).time_ns, 1767323045678901000u);
}

TEST(Capture, ReadsIpv6_BehindALoopbackHeaderOfAnySystem) {
    for (const std::uint8_t family : {10, 24, 28, 30}) {
        Bytes frame = {family, 0, 0, 0};
        wire::append(frame, bytes(Ipv6{} / Udp{} / "six"));
        Capture capture(LinkType::null);
        capture.add(frame);
        const TemporaryFile file(capture.pcap());
        const auto frames = read_all(file.path());
        const auto at = layers(frames.at(0).ethernet);
        ASSERT_TRUE(at) << int{family};
        EXPECT_EQ(payload(frames[0].ethernet, *at), "six");
    }
}

TEST(Capture, SaysNotFound_WhenThereIsNoFile) {
    const auto file = CaptureFile::open("/nonexistent/a.pcap");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().kind, ErrorKind::not_found);
    EXPECT_EQ(file.error().subject, "/nonexistent/a.pcap");
}

TEST(Capture, SaysInvalidWithAHint_WhenTheFileIsNoCapture) {
    const TemporaryFile text(to_bytes("REGISTER sip:ims.test SIP/2.0\r\n\r\n")), empty(Bytes{});
    for (const std::string& path : {text.path(), empty.path()}) {
        const auto file = CaptureFile::open(path);
        ASSERT_FALSE(file);
        EXPECT_EQ(file.error().kind, ErrorKind::invalid);
        EXPECT_EQ(file.error().subject, path);
        EXPECT_FALSE(file.error().hint.empty());
    }
}

TEST(Capture, NamesTheLinkType_WhenItIsNotRead) {
    const TemporaryFile wireless(Capture(static_cast<LinkType>(105)).pcap());
    const auto file = CaptureFile::open(wireless.path());
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().kind, ErrorKind::unsupported);
    EXPECT_NE(file.error().what.find("IEEE802_11"), std::string::npos) << file.error().what;
}

TEST(Capture, YieldsWhatIsWhole_WhenTheFileEndsWithinAFrame) {
    Capture capture;
    capture.add(Ethernet{} / Ipv4{} / Udp{} / "one");
    capture.add(Ethernet{} / Ipv4{} / Udp{} / "two");
    Bytes cut = capture.pcap();
    cut.resize(cut.size() - 5);
    const TemporaryFile file(cut);
    auto capture_file = CaptureFile::open(file.path());
    ASSERT_TRUE(capture_file);
    const auto first = capture_file->next();
    ASSERT_TRUE(first && *first);
    const auto second = capture_file->next();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::invalid);
    EXPECT_NE(second.error().what.find("beyond frame 1"), std::string::npos) << second.error().what;
}

} // namespace
} // namespace gmguard::replay
