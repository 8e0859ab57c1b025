// SPDX-License-Identifier: BSD-2-Clause
// Every length field, fragment and header chain at every value: no program fails, and no forbidden
// message gets to a socket, however its headers are bent.
#include "receiver.hpp"
#include "rows.hpp"

#include <random>
#include <set>

namespace gmguard::test {
namespace {

struct Tally {
    unsigned frames = 0, delivered = 0, passed = 0;
};

class Frames : public testing::Test {
  protected:
    Frames() : guard_(Guard::fresh()) {}

    // The program says pass or drop and nothing else.
    bool passes(Program program, const Bytes& frame) {
        const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(frame.data()),
                                               frame.size()};
        const auto code =
            value_of(kernel::test_run(guard_.objects(), program, {.frame = bytes})).code;
        const std::set<unsigned> allowed =
            program == Program::front ? std::set<unsigned>{1, 2} : std::set<unsigned>{0, 1};
        EXPECT_TRUE(allowed.contains(code)) << code << hex(frame);
        return kernel::passes(program, code);
    }
    // Whether a socket behind the program must not get it. A protected port is gm_inside's to
    // judge.
    static bool is_guarded(Program program, const Delivered& d) {
        const auto last = d.destination.back();
        const bool ours =
            (last == 1 || last == 2) &&
            (d.destination == wire::address(AF_INET, "192.0.2." + std::to_string(last)) ||
             d.destination == wire::address(AF_INET6, "2001:db8::" + std::to_string(last)));
        if (program == Program::inside)
            return d.port == kClear || d.port == kProtected || d.port == kEsp;
        return ours && (d.port == kClear || (last == 2 && d.port == kEsp));
    }
    // A frame that carries what no socket may get, bent in some way.
    void forbid(Program program, const Bytes& frame, std::string_view forbidden) {
        ++tally_.frames;
        const bool passed = passes(program, frame);
        tally_.passed += passed;
        const auto delivered = Receiver(frame).delivered();
        if (!delivered || !is_guarded(program, *delivered) ||
            delivered->payload.find(forbidden) == std::string::npos)
            return;
        ++tally_.delivered;
        ASSERT_FALSE(passed) << kernel::name(program) << hex(frame);
    }
    void forbid(const Packet& packet) {
        const auto frame = bytes(packet);
        forbid(Program::front, frame, "INVITE sip:");
        if (HasFatalFailure())
            return;
        forbid(Program::inside, frame, "INVITE sip:");
    }
    void expect_worth(unsigned frames) const {
        EXPECT_GE(tally_.frames, frames);
        EXPECT_GT(tally_.delivered, 0U)
            << "nothing would have been delivered: the sweep shows nothing";
    }

    Guard& guard_;
    Tally tally_;
    const std::string bad_ = kPhone.asks("INVITE").text(), bad6_ = kPhone6.asks("INVITE").text();
};

std::uint16_t u16(std::size_t value) {
    return static_cast<std::uint16_t>(value);
}

// All that can be around a length, and the extremes.
std::vector<std::uint16_t> lengths(std::size_t right) {
    std::vector<std::uint16_t> out;
    for (std::size_t value = 0; value <= right + 64; ++value)
        out.push_back(u16(value));
    for (const auto value : {4096, 16384, 32767, 32768, 65527, 65528, 65534, 65535})
        out.push_back(u16(static_cast<std::size_t>(value)));
    return out;
}

} // namespace

TEST_F(Frames, OfIpv4_WithEveryHeaderLength) {
    for (std::uint8_t words = 0; words < 16; ++words)
        for (std::size_t options = 0; options <= 40; options += 4) {
            forbid(Ethernet{} / Ipv4{.options = Bytes(options, 1), .header_words = words} / Udp{} /
                   bad_);
            ASSERT_FALSE(HasFatalFailure());
        }
    expect_worth(2 * 16 * 11);
}

TEST_F(Frames, OfIpv4_WithEveryTotalLength) {
    for (const auto length : lengths(28 + bad_.size())) {
        forbid(Ethernet{} / Ipv4{.total_length = length} / Udp{} / bad_);
        if (length >= 28)
            forbid(Ethernet{} / Ipv4{.total_length = length} / Udp{.length = u16(length - 20U)} /
                   bad_);
        ASSERT_FALSE(HasFatalFailure());
    }
    expect_worth(1000);
}

TEST_F(Frames, OfUdp_WithEveryLength) {
    for (const auto length : lengths(8 + bad_.size())) {
        forbid(Ethernet{} / Ipv4{} / Udp{.length = length} / bad_);
        forbid(Ethernet{} / Ipv6{} / Udp{.length = length} / bad6_);
        ASSERT_FALSE(HasFatalFailure());
    }
    expect_worth(1000);
}

TEST_F(Frames, OfIpv6_WithEveryPayloadLength) {
    for (const auto length : lengths(8 + bad6_.size())) {
        forbid(Ethernet{} / Ipv6{.payload_length = length} / Udp{} / bad6_);
        forbid(Ethernet{} / Ipv6{.payload_length = length} / Udp{.length = length} / bad6_);
        forbid(Ethernet{} / Ipv6{.payload_length = length} / Extension{} / Udp{} / bad6_);
        ASSERT_FALSE(HasFatalFailure());
    }
    expect_worth(1000);
}

TEST_F(Frames, OfVlans_AtEveryDepth) {
    for (std::size_t depth = 0; depth <= 8; ++depth)
        for (const std::uint16_t tag : {0x8100, 0x88a8})
            for (const bool v6 : {false, true}) {
                Packet packet{Ethernet{}};
                for (std::size_t i = 0; i < depth; ++i)
                    packet = packet / Vlan{.tag = tag};
                packet = packet / (v6 ? Layer(Ipv6{}) : Layer(Ipv4{}));
                const auto good = v6 ? kPhone6.registers().text() : kPhone.registers().text();
                forbid(Program::front, bytes(packet / Udp{} / (v6 ? bad6_ : bad_)), "INVITE");
                ASSERT_FALSE(HasFatalFailure()) << depth;
                EXPECT_EQ(guard_.run(Program::front, packet / Udp{} / good).text(),
                          depth <= GM_VLAN_TAGS ? "pass" : "drop too_deep")
                    << depth;
            }
    expect_worth(36);
}

TEST_F(Frames, OfExtensionHeaders_AtEveryDepth) {
    const auto good = kPhone6.registers().text();
    const Layer kinds[] = {Extension{.kind = kHopByHop}, Extension{.kind = kRouting}, Extension{},
                           Extension{.kind = 51}, Ipv6Fragment{}};
    for (std::size_t depth = 0; depth <= 8; ++depth)
        for (const auto& kind : kinds)
            for (const auto& first : kinds) {
                Packet packet = Ethernet{} / Ipv6{};
                for (std::size_t i = 0; i < depth; ++i)
                    packet = packet / (i == 0 ? first : kind);
                forbid(packet / Udp{} / bad6_);
                ASSERT_FALSE(HasFatalFailure()) << depth;
                const bool odd =
                    std::holds_alternative<Extension>(kind) && std::get<Extension>(kind).kind == 51;
                const bool odd_first = std::holds_alternative<Extension>(first) &&
                                       std::get<Extension>(first).kind == 51;
                if (odd || odd_first)
                    continue; // an AH of 8 bytes is shorter than it says
                for (const auto program : {Program::front, Program::inside})
                    EXPECT_EQ(guard_.run(program, packet / Udp{} / good).text(),
                              depth <= GM_IPV6_HEADERS ? "pass" : "drop too_deep")
                        << depth;
            }
    expect_worth(400);
}

TEST_F(Frames, OfExtensionHeaders_WithEveryLength) {
    for (unsigned length = 0; length < 256; ++length)
        for (const std::uint8_t kind : {kHopByHop, kRouting, kDestination, std::uint8_t{51}})
            for (const std::size_t room : {std::size_t{6}, std::size_t{8U * length + 6}}) {
                const auto said = static_cast<std::uint8_t>(length);
                forbid(Ethernet{} / Ipv6{} /
                       Extension{.kind = kind, .body = Bytes(room), .length = said} / Udp{} /
                       bad6_);
                ASSERT_FALSE(HasFatalFailure()) << length;
            }
    expect_worth(2048);
}

// Alone, a fragment delivers nothing. The first one must show its ports; what is behind a protected
// port is refused at once; a datagram in one piece is no fragment.
TEST_F(Frames, InFragments_OfEveryKind) {
    for (const std::size_t size : {0, 1, 4, 7, 8, 9, 16, 100, 400})
        for (const std::uint16_t offset : {0, 8, 16, 64, 1400, 65528})
            for (const bool more : {false, true})
                for (const bool v6 : {false, true}) {
                    const auto whole = bytes(Udp{} / (v6 ? bad6_ : bad_));
                    const Raw piece{
                        Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)),
                        kProtocolUdp};
                    const Packet packet =
                        v6 ? Ethernet{} / Ipv6{} /
                                 Ipv6Fragment{.offset = offset, .more_fragments = more} / piece
                           : Ethernet{} / Ipv4{.more_fragments = more, .offset = offset} / piece;
                    forbid(Program::front, bytes(packet), "INVITE");
                    ASSERT_FALSE(HasFatalFailure());
                    const auto outcome = guard_.run(Program::front, packet).text();
                    const std::string want = offset != 0 ? "pass"
                                             : !more     ? "drop malformed"
                                             : size < 8  ? "drop fragment"
                                                         : "pass";
                    EXPECT_EQ(outcome, want) << (v6 ? "v6 " : "v4 ") << size << " bytes at "
                                             << offset << " more " << more;
                }
}

TEST_F(Frames, WithTwoFragmentHeaders_AreNoWholeDatagram) {
    const auto good = kPhone6.registers().text();
    const Packet packet =
        Ethernet{} / Ipv6{} / Ipv6Fragment{.more_fragments = true} / Ipv6Fragment{} / Udp{} / good;
    const auto outcome = guard_.run(Program::front, packet);
    EXPECT_TRUE(outcome.in(Ring::clear).empty());
    guard_.configure([](config::Config& c) { c.cgroup.wanted = false; });
    EXPECT_TRUE(guard_.run(Program::front, packet).in(Ring::clear).empty())
        << "judged as if it were all there";
}

TEST_F(Frames, CutAtEveryByte) {
    for (const auto& phone : {kPhone, kPhone6})
        for (const auto& text : {phone.asks("INVITE").text(), phone.registers().text()}) {
            const auto whole = bytes(datagram(phone, text));
            const std::size_t addresses = 14U + (phone.is_v4() ? 20U : 40U);
            for (std::size_t size = 14; size < whole.size(); ++size) {
                const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
                const auto outcome = guard_.run(Program::front, cut);
                ASSERT_EQ(outcome.passed, size < addresses) << size;
                if (size >= addresses && text.starts_with("REGISTER")) {
                    ASSERT_EQ(outcome.reason, GM_REASON_malformed) << size;
                }
            }
        }
}

// Each byte of each header at each of its values.
TEST_F(Frames, WithEveryHeaderByteChanged) {
    for (const auto& phone : {kPhone, kPhone6}) {
        const auto frame = bytes(datagram(phone, phone.asks("INVITE").text()));
        const std::size_t headers = 14U + (phone.is_v4() ? 20U : 40U) + 8U;
        for (std::size_t at = 12; at < headers; ++at)
            for (unsigned value = 0; value < 256; ++value) {
                auto changed = frame;
                changed[at] = static_cast<std::uint8_t>(value);
                forbid(Program::front, changed, "INVITE sip:");
                if (at >= 14)
                    forbid(Program::inside, changed, "INVITE sip:");
                ASSERT_FALSE(HasFatalFailure()) << "byte " << at;
            }
    }
    expect_worth(39000);
}

TEST_F(Frames, WithSomeHeaderBytesChanged) {
    std::mt19937 random(33203);
    for (const auto& phone : {kPhone, kPhone6}) {
        const auto frame = bytes(datagram(phone, phone.asks("INVITE").text()));
        const unsigned headers = phone.is_v4() ? 28 : 48;
        for (int i = 0; i < 40000; ++i) {
            auto changed = frame;
            for (unsigned n = 2 + random() % 3; n > 0; --n)
                changed[14 + random() % headers] = static_cast<std::uint8_t>(random());
            forbid(i % 2 ? Program::front : Program::inside, changed, "INVITE sip:");
            ASSERT_FALSE(HasFatalFailure()) << i;
        }
    }
    expect_worth(80000);
}

} // namespace gmguard::test
