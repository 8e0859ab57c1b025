// SPDX-License-Identifier: BSD-2-Clause
// Records of the real programs, at times that the test sets: what it hears, and in which order.
#include "harness/packet.hpp"
#include "kernel/netns.hpp"
#include "kernel/rings.hpp"
#include "kernel/tables.hpp"
#include "kernel/test_run.hpp"
#include "sandbox.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <poll.h>

namespace gmguard::kernel {
namespace {

using namespace gmguard::test;
using testing::ElementsAre;

constexpr unsigned kLoopback = 1;

std::string register_from(std::uint16_t port) {
    return "REGISTER sip:ims.test SIP/2.0\r\n"
           "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1\r\n"
           "From: <sip:001@ims.test>;tag=1\r\n"
           "To: <sip:001@ims.test>\r\n"
           "Call-ID: 1@192.0.2.7\r\n"
           "CSeq: 1 REGISTER\r\n"
           "Contact: <sip:001@192.0.2.7:" +
           std::to_string(port) +
           ">\r\n"
           "Content-Length: 0\r\n\r\n";
}

config::Config guarded() {
    auto config = config::default_guard();
    config.limits.events = {1000, 1000};
    config.listeners[0].protected_ports = {6100};
    config.listeners[0].protection = GM_PROTECTION_TERMINATED;
    config.core.peers = {*Prefix::parse("198.51.100.1")};
    return config;
}

class RingsOf : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(::geteuid(), 0u) << "tests with label bpf need root";
        auto opened = Objects::open_private(Sizes::of(64), Streams::without);
        ASSERT_TRUE(opened) << opened.error().text();
        objects.emplace(std::move(*opened));
        auto opened_rings = Rings::open(*objects, [this](const Record& record) {
            heard.push_back(std::string(name(record.ring)) + " " +
                            std::to_string(record.head.time_ns));
            messages.emplace_back(record.message);
        });
        ASSERT_TRUE(opened_rings) << opened_rings.error().text();
        rings.emplace(std::move(*opened_rings));
        gm_iface iface{};
        iface.side = GM_SIDE_GM;
        ASSERT_TRUE(objects->maps().ifaces.put(*own_device(kLoopback), iface));
    }

    void set_clock(std::uint64_t ns) {
        auto filled = tables(guarded(), {}, {1, 2});
        filled.settings.clock_ns = ns;
        ASSERT_TRUE(fill(objects->maps(), filled));
    }
    std::uint32_t send(Program program, const Packet& packet) {
        const auto frame = bytes(packet);
        const auto verdict = test_run(*objects, program, {std::as_bytes(std::span(frame))});
        EXPECT_TRUE(verdict) << verdict.error().text();
        return verdict ? verdict->code : 99;
    }
    // Each a record in one ring, at that time.
    void inner(std::uint64_t ns) {
        set_clock(ns);
        EXPECT_EQ(1u, send(Program::inside, Ethernet{} / Ipv4{} /
                                                Udp{.source = 5062, .destination = 6100} /
                                                register_from(5062)));
    }
    void clear(std::uint64_t ns) {
        set_clock(ns);
        EXPECT_EQ(1u, send(Program::inside, Ethernet{} / Ipv4{} / Udp{} / register_from(5060)));
    }
    void core(std::uint64_t ns) {
        set_clock(ns);
        EXPECT_EQ(1u, send(Program::onward,
                           Ethernet{} / Ipv4{.source = "192.0.2.1", .destination = "198.51.100.1"} /
                               Udp{} / register_from(5060)));
    }
    void drop(std::uint64_t ns) {
        set_clock(ns);
        EXPECT_EQ(0u, send(Program::inside, Ethernet{} / Ipv4{} / Udp{} / "INVITE sip:x SIP/2.0"));
    }
    Rings::Consumed consume(std::size_t share = 256) {
        const auto consumed = rings->consume(share);
        EXPECT_TRUE(consumed) << consumed.error().text();
        return consumed.value_or(Rings::Consumed{});
    }

    std::optional<Objects> objects;
    std::optional<Rings> rings;
    std::vector<std::string> heard, messages;
};

TEST_F(RingsOf, GiveTheWholeMessage_WhenItWasAdmitted) {
    clear(100);
    EXPECT_EQ(consume().records, 1u);
    EXPECT_THAT(heard, ElementsAre("gm_sip_clear 100"));
    EXPECT_THAT(messages, ElementsAre(register_from(5060)));
}

TEST_F(RingsOf, GiveAReport_WhenAMessageWasDropped) {
    drop(100);
    consume();
    EXPECT_THAT(heard, ElementsAre("gm_events 100"));
    EXPECT_THAT(messages, ElementsAre("INVITE sip:x SIP/2.0"));
}

TEST_F(RingsOf, AreOneStreamInTheOrderOfTime_WhenReadTogether) {
    core(300);
    inner(100);
    clear(200);
    consume();
    EXPECT_THAT(heard, ElementsAre("gm_sip_inner 100", "gm_sip_clear 200", "gm_sip_core 300"));
}

TEST_F(RingsOf, GiveTheCauseFirst_WhenTimesAreEqual) {
    core(100);
    inner(100);
    consume();
    EXPECT_THAT(heard, ElementsAre("gm_sip_inner 100", "gm_sip_core 100"));
}

TEST_F(RingsOf, HoldBackAnswers_WhenProtectedRegistersAreStillUnread) {
    inner(100);
    inner(300);
    core(400);
    const auto first = consume(1);
    EXPECT_TRUE(first.more);
    EXPECT_THAT(heard, ElementsAre("gm_sip_inner 100"));
    consume(8);
    EXPECT_THAT(heard, ElementsAre("gm_sip_inner 100", "gm_sip_inner 300", "gm_sip_core 400"));
}

TEST_F(RingsOf, DoNotHoldBackAnswers_WhenClearRegistersAreStillUnread) {
    for (std::uint64_t ns = 1; ns <= 5; ++ns)
        clear(ns);
    core(400);
    consume(1);
    EXPECT_THAT(heard, ElementsAre("gm_sip_clear 1", "gm_sip_core 400"));
}

TEST_F(RingsOf, GiveEverything_WhenReadInSmallShares) {
    for (std::uint64_t ns = 1; ns <= 10; ++ns) {
        inner(ns * 10);
        core(ns * 10 + 1);
    }
    for (int i = 0; i < 100 && consume(3).more; ++i) {
    }
    ASSERT_EQ(heard.size(), 20u);
    EXPECT_TRUE(std::ranges::is_sorted(heard, {}, [](const std::string& line) {
        return std::stoul(line.substr(line.find(' ')));
    }));
}

TEST_F(RingsOf, WakeUp_WhenSomethingIsThere) {
    pollfd wait{rings->epoll_fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&wait, 1, 0), 0);
    clear(100);
    EXPECT_EQ(::poll(&wait, 1, 1000), 1);
    consume();
    EXPECT_EQ(::poll(&wait, 1, 0), 0);
}

gm_record whole() {
    gm_record head{};
    head.schema = GM_SCHEMA;
    head.length = 4;
    head.full_length = 4;
    return head;
}

std::string lay(const gm_record& head, std::string_view message) {
    std::string out(sizeof head, '\0');
    std::memcpy(out.data(), &head, sizeof head);
    return out + std::string(message);
}

TEST(RingRecord, IsRead_WhenItIsWhole) {
    const auto bytes = lay(whole(), "abcd....");
    const auto record = read_record(Ring::inner, bytes);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->message, "abcd");
}

TEST(RingRecord, IsRefused_WhenItIsCutAnywhere) {
    const auto bytes = lay(whole(), "abcd");
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(read_record(Ring::inner, std::string_view(bytes).substr(0, size))) << size;
}

TEST(RingRecord, IsRefused_WhenAFieldIsOutOfRange) {
    const auto refused = [](auto&& spoil) {
        auto head = whole();
        spoil(head);
        return !read_record(Ring::inner, lay(head, std::string(2 * GM_SIP_MAX, 'x')));
    };
    EXPECT_FALSE(refused([](gm_record&) {}));
    EXPECT_TRUE(refused([](gm_record& h) { h.schema = GM_SCHEMA + 1; }));
    EXPECT_TRUE(refused([](gm_record& h) { h.length = GM_SIP_MAX + 1; }));
    EXPECT_TRUE(refused([](gm_record& h) { h.hook = static_cast<gm_hook>(4); }));
    EXPECT_TRUE(refused([](gm_record& h) { h.role = static_cast<gm_role>(9); }));
    EXPECT_TRUE(refused([](gm_record& h) { h.verdict = static_cast<gm_verdict>(3); }));
    EXPECT_TRUE(refused([](gm_record& h) { h.reason = GM_REASON_COUNT; }));
    EXPECT_TRUE(refused([](gm_record& h) { h.listener = GM_LISTENERS; }));
}

} // namespace
} // namespace gmguard::kernel
