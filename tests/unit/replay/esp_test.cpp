// SPDX-License-Identifier: BSD-2-Clause
#include "replay/esp.hpp"

#include "harness/packet.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using namespace test;
using Negotiated = std::optional<sip::SecurityMechanism>;

const test::Packet kInner = Ipv4{} / Udp{.source = 5062, .destination = 6100} / "INVITE";

test::Packet in_esp(test::Bytes body) {
    return Ethernet{} / Ipv4{} / Raw{std::move(body), kProtocolEsp};
}

Negotiated negotiated(const std::string& alg, const std::string& ealg) {
    sip::SecurityMechanism out;
    out.alg = alg;
    out.ealg = ealg;
    return out;
}

// What is in it, from the IP header on; "-" where it is encrypted.
std::string opened(const test::Packet& packet, const Negotiated& known = {}) {
    const auto frame = test::bytes(packet);
    const auto at = layers(frame);
    const auto part = at ? esp(frame, *at) : std::nullopt;
    if (!part)
        return "no ESP";
    const auto out = open_esp(frame, *at, *part, known);
    if (!out)
        return "-";
    const auto inside = layers(*out);
    const auto found = inside ? ports(*out, *inside) : std::nullopt;
    if (!found)
        return "no ports";
    return std::to_string(found->source) + "->" + std::to_string(found->destination) + " " +
           std::string(payload(*out, *inside));
}

struct EspCase {
    const char* name;
    test::Packet packet;
    Negotiated known;
    std::string expected;
};
class EspForms : public testing::TestWithParam<EspCase> {};

TEST_P(EspForms, AreRead) {
    EXPECT_EQ(opened(GetParam().packet, GetParam().known), GetParam().expected);
}

const std::string kRead = "5062->6100 INVITE";
const test::Packet kTcp = Ipv4{} / Tcp{.source = 5062, .destination = 6100} / "INVITE";
const test::Packet kWrongSum =
    Ipv4{} / Udp{.source = 5062, .destination = 6100, .checksum = 1} / "INVITE";
const test::Packet kInner6 = Ipv6{} / Udp{.source = 5062, .destination = 6100} / "INVITE";

const EspCase kForms[] = {
    {"Hmac96", in_esp(clear_esp(9, kInner, 12)), {}, kRead},
    {"Hmac128", in_esp(clear_esp(9, kInner, 16)), {}, kRead},
    {"Gmac", in_esp(clear_esp(9, kInner, 16, 8)), {}, kRead},
    {"Tcp", in_esp(clear_esp(9, kTcp)), {}, kRead},
    {"Ipv6", Ethernet{} / Ipv6{} / Raw{clear_esp(9, kInner6), kProtocolEsp}, {}, kRead},
    {"InUdp",
     Ethernet{} / Ipv4{} / Udp{.source = 4500, .destination = 4500} / clear_esp(9, kInner),
     {},
     kRead},
    {"Known", in_esp(clear_esp(9, kInner)), negotiated("hmac-md5-96", "null"), kRead},
    {"KnownWithoutEalg", in_esp(clear_esp(9, kInner)), negotiated("hmac-sha-1-96", ""), kRead},
    {"KnownGmac", in_esp(clear_esp(9, kInner, 16, 8)), negotiated("aes-gmac", "null"), kRead},
    {"KnownOtherwise", in_esp(clear_esp(9, kInner, 16)), negotiated("hmac-md5-96", "null"), "-"},
    {"KnownEncrypted", in_esp(clear_esp(9, kInner)), negotiated("hmac-md5-96", "aes-cbc"), "-"},
    {"WrongSum", in_esp(clear_esp(9, kWrongSum)), {}, "-"},
    {"KnownWithWrongSum", in_esp(clear_esp(9, kWrongSum)), negotiated("hmac-md5-96", "null"),
     kRead},
    {"Encrypted", in_esp(sealed_esp(9)), {}, "-"},
    {"OtherIcv", in_esp(clear_esp(9, kInner, 20)), {}, "-"},
    {"NoData", in_esp(sealed_esp(9, 8)), {}, "-"},
    {"TooShort", in_esp(sealed_esp(9, 8).empty() ? test::Bytes{} : test::Bytes(7)), {}, "no ESP"},
    {"Ike", Ethernet{} / Ipv4{} / Udp{.destination = 4500} / std::string(28, '\0'), {}, "no ESP"},
    {"OtherUdp", Ethernet{} / Ipv4{} / Udp{} / std::string(28, 'x'), {}, "no ESP"},
};
INSTANTIATE_TEST_SUITE_P(All, EspForms, testing::ValuesIn(kForms),
                         [](const auto& info) { return info.param.name; });

TEST(Esp, InTunnelMode_GivesTheInnerPacket) {
    const auto inner = Ipv4{.source = "198.51.100.7", .destination = "192.0.2.1"} /
                       Udp{.source = 5062, .destination = 6100} / "INVITE";
    test::Bytes whole = test::bytes(inner);
    test::Bytes body = sealed_esp(9, 8);
    wire::append(body, whole);
    while ((body.size() + 2) % 4 != 0)
        body.push_back(static_cast<std::uint8_t>(body.size() - 7 - whole.size()));
    body.push_back(static_cast<std::uint8_t>(body.size() - 8 - whole.size()));
    body.push_back(4);
    body.resize(body.size() + 12);
    const auto frame = test::bytes(in_esp(body));
    const auto at = layers(frame);
    const auto out = open_esp(frame, *at, *esp(frame, *at), {});
    ASSERT_TRUE(out);
    EXPECT_EQ(layers(*out)->source.text(), "198.51.100.7");
    EXPECT_EQ(opened(in_esp(body)), kRead);
}

// Any bit and any length: read as it was, or not at all; and nothing outside is looked at.
TEST(Esp, ThatIsDamaged_IsNotTakenForSomethingElse) {
    const auto frame = test::bytes(in_esp(clear_esp(9, kInner)));
    const std::size_t esp_at = 14 + 20, trailer = frame.size() - 12;
    for (std::size_t bit = (esp_at + 8) * 8; bit < trailer * 8; ++bit) {
        auto broken = frame;
        broken[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        const auto at = layers(broken);
        EXPECT_FALSE(open_esp(broken, *at, *esp(broken, *at), {})) << bit;
    }
    for (std::size_t size = esp_at; size < frame.size(); ++size) {
        const test::Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
        const auto at = layers(cut);
        ASSERT_TRUE(at);
        const auto part = esp(cut, *at);
        EXPECT_EQ(part.has_value(), size >= esp_at + 8);
        if (part) {
            EXPECT_FALSE(open_esp(cut, *at, *part, {})) << size;
        }
    }
}

} // namespace
} // namespace gmguard::replay
