// SPDX-License-Identifier: BSD-2-Clause
// Which message goes into which ring, and what the record says of it.
#include "rows.hpp"

#include <chrono>
#include <thread>

namespace gmguard::test {
namespace {

// The rings that got the packet, by name, in order.
std::string rings(const Outcome& outcome) {
    std::string out;
    for (const auto& message : outcome.messages)
        out += (out.empty() ? "" : " ") + std::string(kernel::name(message.ring));
    return out;
}

// What is left of a window of 64 ticks goes by the limit before.
void await_window() {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
}

struct Tap {
    std::string description;
    Program program;
    Packet packet;
    std::string rings;
    std::function<void(Guard&)> before = {};
};

void check(const std::vector<Tap>& rows) {
    for (const auto& row : rows) {
        auto& guard = Guard::fresh();
        if (row.before)
            row.before(guard);
        EXPECT_EQ(rings(guard.run(row.program, row.packet)), row.rings)
            << row.description << hex(bytes(row.packet));
    }
}

// From the core to the P-CSCF's socket, or from the P-CSCF to the core.
Packet from_core(const std::string& text) {
    return datagram(kCore, text, 5060, "203.0.113.1");
}
Packet to_core(const std::string& text, const char* to = "198.51.100.2") {
    return datagram(Phone{.address = "203.0.113.1"}, text, 5060, to);
}
void by_core(Guard& guard) {
    guard.side(GM_SIDE_CORE);
}
void without_cgroup(Guard& guard) {
    guard.configure([](config::Config& c) { c.cgroup.wanted = false; });
}
void monitor(Guard& guard) {
    guard.mode_of_all(GM_MODE_MONITOR);
}
void bound(Guard& guard) {
    guard.bind({});
}

} // namespace

TEST(Tap, GetsClearRegisters_WhereTheyAreJudgedLast) {
    const auto ok = datagram(kPhone, kPhone.registers().text()),
               ok6 = datagram(kPhone6, kPhone6.registers().text());
    const auto bad = datagram(kPhone, kPhone.registers().set("Contact", "<sip:192.0.2.9>").text());
    check({
        {"gm_inside follows", Program::front, ok, ""},
        {"gm_inside", Program::inside, ok, "gm_sip_clear"},
        {"gm_inside, IPv6", Program::inside, ok6, "gm_sip_clear"},
        {"no gm_inside", Program::front, ok, "gm_sip_clear", without_cgroup},
        {"dropped", Program::inside, bad, "gm_events"},
        {"dropped, no gm_inside", Program::front, bad, "gm_events", without_cgroup},
        {"monitored", Program::inside, bad, "gm_sip_clear gm_events", monitor},
        {"another method, monitored", Program::inside, datagram(kPhone, kPhone.asks().text()),
         "gm_events", monitor},
        {"a port of no listener", Program::inside,
         datagram(kPhone, kPhone.registers().text(), 5061), "gm_events"},
    });
}

TEST(Tap, GetsProtectedRegisters) {
    const auto inner = [](const SipText& text) {
        return datagram(kPhone, text.text(), kProtected);
    };
    check({
        {"REGISTER", Program::inside, inner(kPhone.registers({.nonce = "n", .response = "r"})),
         "gm_sip_inner"},
        {"of the bound user", Program::inside, inner(kPhone.registers()), "gm_sip_inner", bound},
        {"dropped", Program::inside, inner(kPhone.registers().set("Contact", "<sip:192.0.2.9>")),
         "gm_events"},
        {"another request", Program::inside, inner(kPhone.asks()), "", bound},
        {"an answer", Program::inside, inner(kPhone.answered("200 OK", "INVITE")), "", bound},
        {"a keep-alive", Program::inside, datagram(kPhone, "\r\n\r\n", kProtected), ""},
        {"gm_front does not tap it", Program::front, inner(kPhone.registers()), ""},
    });
}

TEST(Tap, GetsTheCoresAnswersToRegister) {
    const auto answer = kPhone.answered("200 OK", "REGISTER").text();
    check({
        {"200", Program::inside, from_core(answer), "gm_sip_core", by_core},
        {"401", Program::inside, from_core(kPhone.answered("401 Unauthorized", "REGISTER").text()),
         "gm_sip_core", by_core},
        {"by an interface of neither side", Program::inside, from_core(answer), "gm_sip_core",
         [](Guard& g) { g.forget_side(); }},
        {"by Gm", Program::inside, from_core(answer), "gm_events"},
        {"of another method", Program::inside,
         from_core(kPhone.answered("200 OK", "INVITE").text()), "", by_core},
        {"a request", Program::inside, from_core(kPhone.asks("NOTIFY").text()), "", by_core},
        {"of nobody we know", Program::inside,
         datagram(Phone{.address = "198.51.100.3"}, answer, 5060, "203.0.113.1"), "", by_core},
        {"two CSeqs", Program::inside,
         from_core(kPhone.answered("200 OK", "REGISTER").add("CSeq", "1 REGISTER").text()), "",
         by_core},
        {"no message", Program::inside, from_core("SIP/2.0 200 OK\r\n"), "", by_core},
        {"nothing", Program::inside, from_core(""), "", by_core},
        {"to any port", Program::inside, datagram(kCore, answer, 4060, "203.0.113.1"),
         "gm_sip_core", by_core},
    });
}

TEST(Tap, GetsRegistersOnTheirWayToTheCore) {
    const auto onward =
        kPhone.registers()
            .set("Via",
                 "SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK-p, SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK-1")
            .text();
    check({
        {"REGISTER", Program::onward, to_core(onward), "gm_sip_core"},
        {"IPv6", Program::onward,
         datagram(Phone{.address = "2001:db8:e::1"}, onward, 5060, "2001:db8:c::2"), "gm_sip_core"},
        {"elsewhere", Program::onward, to_core(onward, "198.51.100.3"), ""},
        {"another method", Program::onward, to_core(kPhone.asks().text()), ""},
        {"an answer", Program::onward, to_core(kPhone.answered("200 OK", "REGISTER").text()), ""},
        {"nearly", Program::onward, to_core("REGISTERS" + onward.substr(8)), ""},
        {"eight bytes", Program::onward, to_core("REGISTER"), ""},
        {"nothing", Program::onward, to_core(""), ""},
        {"lengths that differ", Program::onward,
         Ethernet{} / Ipv4{.source = "203.0.113.1", .destination = "198.51.100.2"} /
             Udp{.length = std::uint16_t{20}} / onward,
         ""},
    });
}

TEST(Tap, CarriesTheWholeMessage) {
    auto& guard = Guard::fresh();
    for (const std::size_t size : {600, 1164, 2049, 3300}) {
        const auto text = kPhone.registers().pad(size).text();
        const auto outcome = guard.run(Program::inside, datagram(kPhone, text));
        ASSERT_EQ(rings(outcome), "gm_sip_clear") << size;
        EXPECT_EQ(outcome.messages[0].text, text);
        EXPECT_EQ(outcome.messages[0].head.full_length, text.size());
    }
    without_cgroup(guard);
    for (const std::size_t size : {600, 4096, 8191, 8192}) {
        const auto text = kPhone.registers().pad(size).text();
        const auto outcome = guard.run(Program::front, datagram(kPhone, text));
        ASSERT_EQ(rings(outcome), "gm_sip_clear") << size;
        EXPECT_EQ(outcome.messages[0].text, text);
    }
}

TEST(Tap, SaysWhatThePacketWas) {
    struct Want {
        Program program;
        Packet packet;
        gm_hook hook;
        gm_role role;
        unsigned listener;
        const char *source, *destination;
        std::uint16_t to_port;
        bool core;
    };
    const auto answer = kPhone.answered("200 OK", "REGISTER").text();
    const Want wants[] = {
        {Program::inside, datagram(kPhone, kPhone.registers().text()), GM_HOOK_INSIDE,
         GM_ROLE_UNPROTECTED, 1, "192.0.2.7", "192.0.2.1", kClear, false},
        {Program::inside, datagram(kPhone6, kPhone6.registers().text(), kProtected), GM_HOOK_INSIDE,
         GM_ROLE_PROTECTED, 2, "2001:db8::7", "2001:db8::1", kProtected, false},
        {Program::inside, from_core(answer), GM_HOOK_INSIDE, GM_ROLE_CORE, 0, "198.51.100.2",
         "203.0.113.1", 5060, true},
        {Program::onward, to_core(kPhone.registers().text()), GM_HOOK_ONWARD, GM_ROLE_ELSEWHERE, 0,
         "203.0.113.1", "198.51.100.2", 5060, false},
    };
    for (const auto& want : wants) {
        auto& guard = Guard::fresh();
        guard.side(want.core ? GM_SIDE_CORE : GM_SIDE_GM);
        const auto outcome = guard.run(want.program, want.packet);
        ASSERT_EQ(outcome.messages.size(), 1U);
        const auto& head = outcome.messages[0].head;
        EXPECT_EQ(head.hook, want.hook);
        EXPECT_EQ(head.role, want.role);
        EXPECT_EQ(head.listener, want.listener);
        EXPECT_EQ(Address(head.source).text(), want.source);
        EXPECT_EQ(Address(head.destination).text(), want.destination);
        EXPECT_EQ(head.source_port, 5060);
        EXPECT_EQ(head.destination_port, want.to_port);
        EXPECT_EQ(head.protocol, GM_UDP);
        EXPECT_EQ(head.ifindex, kLoopback);
        EXPECT_EQ(head.time_ns, kNow);
        EXPECT_EQ(head.verdict, GM_VERDICT_PASS);
    }
}

TEST(Report, CarriesTheStartOfTheMessage) {
    auto& guard = Guard::fresh();
    for (const std::size_t size : {100, 2047, 2048, 2049, 8192}) {
        const auto text = kPhone.asks("INVITE").pad(size).text();
        const auto outcome = guard.run(Program::front, datagram(kPhone, text));
        ASSERT_EQ(rings(outcome), "gm_events");
        EXPECT_EQ(outcome.messages[0].text, text.substr(0, GM_EVENT_BYTES)) << size;
        EXPECT_EQ(outcome.messages[0].head.full_length, text.size());
    }
}

// What is not there is not made up of what was there before.
TEST(Report, CarriesNothing_WhenTheMessageIsNotThere) {
    const auto secret = kPhone.registers().set("Contact", "<sip:192.0.2.9>").text();
    const std::string cut = "REGISTER sip:ims.test SIP/2.0\r\n";
    const Packet rows[] = {
        Ethernet{} / Ipv4{.total_length = std::uint16_t{28 + 800}} /
            Udp{.length = std::uint16_t{808}} / cut,
        Ethernet{} / Ipv4{} / Udp{.length = std::uint16_t{808}} / cut,
        Ethernet{} / Ipv4{.more_fragments = true} / Udp{} / std::string(64, 'x'),
        datagram(kPhone, std::string(8200, 'x')),
    };
    for (const auto& packet : rows) {
        auto& guard = Guard::fresh();
        guard.settings([](gm_settings& s) { s.fragments = {1, 0}; });
        guard.run(Program::front, datagram(kPhone, secret));
        const auto outcome = guard.run(Program::front, packet);
        ASSERT_EQ(rings(outcome), "gm_events") << hex(bytes(packet), 128);
        EXPECT_EQ(outcome.messages[0].text.find("192.0.2.9"), std::string::npos) << outcome.text();
    }
}

TEST(Report, IsHeldBack_WhenThereAreTooMany) {
    auto& guard = Guard::fresh();
    guard.settings([](gm_settings& s) { s.events = {0, 3}; });
    const auto packet = datagram(kPhone, kPhone.asks().text());
    await_window();
    unsigned reported = 0;
    for (int i = 0; i < 200; ++i) {
        const auto outcome = guard.run(Program::front, packet);
        EXPECT_EQ(outcome.text(), "drop not_register")
            << "a report more or less drops nothing less";
        reported += static_cast<unsigned>(outcome.messages.size());
    }
    // Three a window and CPU; 200 packets take no more than a few windows.
    EXPECT_GE(reported, 3U);
    EXPECT_LE(reported, 60U);
    EXPECT_EQ(guard.losses().suppressed, 200U - reported);
    await_window(); // for the tests after this one
}

// A full ring costs the tap a record, never the phone its registration (H4).
TEST(Tap, CountsWhatIsLost_WhenARingIsFull) {
    auto& guard = Guard::fresh();
    const auto frame = bytes(datagram(kPhone, kPhone.registers().pad(3000).text()));
    const std::span<const std::byte> span{reinterpret_cast<const std::byte*>(frame.data()),
                                          frame.size()};
    unsigned passed = 0;
    for (int i = 0; i < 2000; ++i)
        passed +=
            value_of(kernel::test_run(guard.objects(), Program::inside, {.frame = span})).code;
    EXPECT_EQ(passed, 2000U);
    const auto lost = guard.losses().sip_clear;
    EXPECT_GT(lost, 0U);
    EXPECT_LT(lost, 2000U);
    EXPECT_EQ(guard.losses().sip_inner, 0U);
    EXPECT_EQ(
        rings(guard.run(Program::inside, datagram(kPhone, kPhone.registers().text(), kProtected)))
            .substr(0, 12),
        "gm_sip_inner");
    guard.reset();
}

} // namespace gmguard::test
