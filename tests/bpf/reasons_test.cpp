// SPDX-License-Identifier: BSD-2-Clause
// Every reason of gmguard/abi/reasons.h that a packet can meet today, with its check off, in
// monitor and in enforce.
#include "rows.hpp"

#include <gtest/gtest.h>

#include <set>

namespace gmguard::test {
namespace {

struct Fixture {
    gm_reason reason;
    std::string description;
    Program program;
    Packet packet;
    std::function<void(Guard&)> before = {};
    bool alone = false; // with all checks enforced another reason comes first
};
using Fixtures = std::vector<Fixture>;

// Reasons of TCP streams, which need a socket (stream_test, end to end), and of lists, which
// nothing raises yet.
const std::set<gm_reason> kLater = {GM_REASON_tcp_order, GM_REASON_tcp_poisoned, GM_REASON_blocked};

// What both programs say of a message to the unprotected port.
void add_clear(Fixtures& out, gm_reason reason, const std::string& description,
               const std::string& message, const std::function<void(Guard&)>& before = {},
               const Phone& phone = kPhone) {
    for (const auto program : {Program::front, Program::inside})
        out.push_back({reason, description, program, datagram(phone, message), before});
}

void add_structure(Fixtures& out) {
    const auto ok = kPhone.registers();
    add_clear(out, GM_REASON_malformed, "no Call-ID", SipText(ok).remove("Call-ID").text());
    add_clear(out, GM_REASON_malformed, "no empty line", ok.text().substr(0, ok.text().size() - 2));
    add_clear(out, GM_REASON_malformed, "a body that is not there",
              SipText(ok).set("Content-Length", "1").text());
    add_clear(out, GM_REASON_ambiguous, "two From headers",
              SipText(ok).add("f", "<sip:x@y>").text());
    add_clear(out, GM_REASON_ambiguous, "a second message behind the first",
              SipText(ok).body(kOther.registers().text()).text());
    add_clear(out, GM_REASON_ambiguous, "bare line feed", SipText(ok).add("X", "y\nz").text());
    SipText lines = ok;
    for (int i = 0; i < GM_SIP_LINES; ++i)
        lines.add("X", "y");
    add_clear(out, GM_REASON_oversize, "too many lines", lines.text());
    out.push_back({GM_REASON_oversize, "8,193 bytes", Program::front,
                   datagram(kPhone, SipText(ok).pad(GM_SIP_MAX + 1).text())});
}

void add_only_register(Fixtures& out) {
    add_clear(out, GM_REASON_not_sip, "text",
              "Is anybody there, or is this the wrong port?\r\n\r\n");
    add_clear(out, GM_REASON_not_sip, "zeros", std::string(100, '\0'));
    for (const auto* method :
         {"ACK", "BYE", "CANCEL", "INFO", "INVITE", "MESSAGE", "NOTIFY", "OPTIONS", "PRACK",
          "PUBLISH", "REFER", "SUBSCRIBE", "UPDATE", "FOO"})
        add_clear(out, GM_REASON_not_register, method, kPhone.asks(method).text());
    add_clear(out, GM_REASON_not_register, "an answer", kPhone.answered("200 OK", "INVITE").text());
    add_clear(out, GM_REASON_keepalive, "nothing", "");
    add_clear(out, GM_REASON_keepalive, "one byte", std::string(1, '\0'));
    add_clear(out, GM_REASON_keepalive, "CRLF", "\r\n");
    add_clear(out, GM_REASON_keepalive, "two CRLF", "\r\n\r\n");
    add_clear(out, GM_REASON_keepalive, "STUN",
              std::string("\0\1\0\0\x21\x12\xa4\x42", 8) + "transaction1");
    add_clear(out, GM_REASON_clear_response, "a response in clear",
              kPhone.registers({.nonce = "bm9uY2U=", .response = "0123456789abcdef"}).text());
    add_clear(out, GM_REASON_other_scheme, "Basic",
              kPhone.registers().set("Authorization", "Basic YTpi").text());
}

void add_contents(Fixtures& out) {
    const auto ok = kPhone.registers();
    add_clear(
        out, GM_REASON_forged_parameter, "integrity-protected",
        SipText(ok).set("Authorization", kPhone.digest() + ",integrity-protected=\"yes\"").text());
    add_clear(out, GM_REASON_forged_parameter, "alias of a Contact",
              SipText(ok).set("Contact", "<sip:192.0.2.7:5060;alias=192.0.2.9~5060~1>").text());
    add_clear(out, GM_REASON_forged_parameter, "received of Via",
              SipText(ok)
                  .set("Via", "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-1;received=192.0.2.9")
                  .text());
    add_clear(out, GM_REASON_contact_mismatch, "another address",
              SipText(ok).set("Contact", "<sip:192.0.2.9:5060>").text());
    add_clear(out, GM_REASON_contact_mismatch, "another address, IPv6",
              kPhone6.registers().set("Contact", "<sip:[2001:db8::9]:5060>").text(), {}, kPhone6);
    add_clear(out, GM_REASON_forged_answer, "200 to a REGISTER",
              kPhone.answered("200 OK", "REGISTER").text());
    add_clear(out, GM_REASON_foreign_domain, "not our domain", ok.text(), [](Guard& guard) {
        guard.configure([](config::Config& c) { c.home_domains = {"another.test"}; });
    });
    const auto failure = kPhone.registers({.nonce = "bm9uY2U="}).text();
    add_clear(out, GM_REASON_unmatched_failure, "a nonce that nobody was sent", failure);
    add_clear(out, GM_REASON_unmatched_failure, "a nonce that another user was sent", failure,
              [](Guard& guard) { guard.challenge(kOther, "bm9uY2U="); });
}

void add_selector(Fixtures& out) {
    const auto bind = [](Guard& guard) { guard.bind({.phone = kOther}); };
    const auto message = kPhone.registers().text();
    for (const auto program : {Program::front, Program::inside}) {
        out.push_back({GM_REASON_selector_taken, "bound to another", program,
                       datagram(kPhone, message), bind});
        out.push_back({GM_REASON_user_mismatch, "bound to another", program,
                       datagram(kPhone, message), bind, true});
    }
    out.push_back({GM_REASON_user_mismatch, "on the protected port", Program::inside,
                   datagram(kPhone, message, kProtected), bind});
    out.push_back({GM_REASON_selector_taken, "on the protected port", Program::inside,
                   datagram(kPhone, message, kProtected), bind, true});
    const Phone core{.address = "198.51.100.2"}, host{.address = "192.0.2.1"};
    for (const auto& phone : {core, host})
        add_clear(out, GM_REASON_spoofed_source, phone.address, phone.registers().text(), {},
                  phone);
}

void add_protected(Fixtures& out) {
    const auto bind = [](Guard& guard) { guard.bind({}); };
    const auto inside = [&](gm_reason reason, const std::string& description,
                            const std::string& message, bool bound = true) {
        out.push_back({reason, description, Program::inside, datagram(kPhone, message, kProtected),
                       bound ? bind : std::function<void(Guard&)>{}});
    };
    inside(GM_REASON_unregistered, "nobody is bound", kPhone.asks().text(), false);
    inside(GM_REASON_identity_not_bound, "another's P-Preferred-Identity",
           kPhone.asks().set("P-Preferred-Identity", "<" + kOther.impu() + ">").text());
    inside(GM_REASON_identity_not_bound, "another's From",
           kPhone.asks().set("From", "<" + kOther.impu() + ">;tag=1").text());
    inside(GM_REASON_forged_answer, "200 to a REGISTER",
           kPhone.answered("200 OK", "REGISTER").text());
    inside(GM_REASON_forged_answer, "a reg event",
           kPhone.asks("NOTIFY").add("Event", "reg").text());
    inside(GM_REASON_not_sip, "text", "no SIP at all, but longer than a keep-alive\r\n\r\n");
    inside(GM_REASON_malformed, "no From", kPhone.asks().remove("From").text());
    inside(GM_REASON_ambiguous, "two Call-IDs", kPhone.asks().add("i", "x").text());
    inside(GM_REASON_contact_mismatch, "another address",
           kPhone.registers().set("Contact", "<sip:192.0.2.9:5060>").text());
    inside(GM_REASON_forged_parameter, "maddr of Via",
           kPhone.registers().set("Via", "SIP/2.0/UDP 192.0.2.7;maddr=192.0.2.9").text());
}

void add_side(Fixtures& out) {
    const auto message = kPhone.registers().text();
    for (const auto* address : {"203.0.113.1", "127.0.0.1", "255.255.255.255", "192.0.2.3"})
        out.push_back({GM_REASON_not_listener, address, Program::inside,
                       datagram(kPhone, message, kClear, address)});
    out.push_back({GM_REASON_not_listener, "IPv6", Program::inside,
                   datagram(kPhone6, message, kClear, "ff02::1")});
    for (const auto& phone : {kPhone, kPhone6}) {
        const auto* to = phone.is_v4() ? "192.0.2.2" : "2001:db8::2";
        out.push_back({GM_REASON_clear_on_protected, to, Program::front,
                       datagram(phone, phone.asks().text(), kEsp, to)});
    }
    out.push_back({GM_REASON_clear_on_protected, "TCP", Program::front,
                   Ethernet{} / Ipv4{.destination = "192.0.2.2"} / Tcp{.destination = kEsp} / "x"});
    out.push_back({GM_REASON_clear_on_protected, "a first fragment", Program::front,
                   Ethernet{} / Ipv4{.destination = "192.0.2.2", .more_fragments = true} /
                       Udp{.destination = kEsp, .length = 2000} / std::string(1000, 'x')});
}

void add_frames(Fixtures& out) {
    const auto message = kPhone.registers().text();
    const auto front = [&](gm_reason reason, const char* description, const Packet& packet) {
        out.push_back({reason, description, Program::front, packet});
    };
    front(GM_REASON_malformed, "a header of 16 bytes",
          Ethernet{} / Ipv4{.header_words = 4} / Udp{} / message);
    front(GM_REASON_malformed, "less than IP says",
          Ethernet{} / Ipv4{.total_length = 1500} / Udp{.length = 1480} /
              "REGISTER sip:ims.test SIP/2.0");
    Packet deep = Ethernet{} / Ipv6{};
    for (int i = 0; i <= GM_IPV6_HEADERS; ++i)
        deep.push_back(Extension{});
    front(GM_REASON_too_deep, "extension headers", deep / Udp{} / message);
    front(GM_REASON_too_deep, "VLAN tags",
          Ethernet{} / Vlan{} / Vlan{} / Vlan{} / Ipv4{} / Udp{} / message);
    front(GM_REASON_fragment, "IPv4, without ports",
          Ethernet{} / Ipv4{.more_fragments = true} / Raw{Bytes(7), kProtocolUdp});
    front(GM_REASON_fragment, "IPv6, without ports",
          Ethernet{} / Ipv6{} / Ipv6Fragment{.more_fragments = true} / Raw{Bytes(7), kProtocolUdp});
    for (const auto program : {Program::front, Program::inside})
        out.push_back({GM_REASON_malformed, "UDP and IP disagree on the length", program,
                       Ethernet{} / Ipv4{} /
                           Udp{.length = static_cast<std::uint16_t>(8 + message.size() - 2)} /
                           message});
    out.push_back({GM_REASON_malformed, "the same on the protected port", Program::inside,
                   Ethernet{} / Ipv4{} / Udp{.destination = kProtected, .length = 8 + 40} /
                       kPhone.asks().text()});
    out.push_back(
        {GM_REASON_too_deep, "extension headers", Program::inside, deep / Udp{} / message});
}

void add_esp(Fixtures& out) {
    const Packet packet =
        Ethernet{} / Ipv4{.destination = "192.0.2.2"} / Raw{Bytes(64, 1), kProtocolEsp};
    out.push_back({GM_REASON_esp_unknown_spi, "nobody was given it", Program::front, packet});
    out.push_back(
        {GM_REASON_esp_wrong_source, "another's", Program::front, packet, [](Guard& guard) {
             gm_spi value{};
             value.bits = 128;
             guard.associate("192.0.2.2", 0x01010101, value);
         }});
}

void add_rates(Fixtures& out) {
    const auto message = datagram(kPhone, kPhone.registers().text());
    out.push_back({GM_REASON_rate_limited, "one user", Program::front, message, [=](Guard& guard) {
                       guard.settings([](gm_settings& s) { s.per_user = {1, 1}; });
                       guard.run(Program::front, message);
                   }});
    const Packet later = Ethernet{} / Ipv4{.offset = 800} / Raw{Bytes(100), kProtocolUdp};
    out.push_back({GM_REASON_rate_limited, "fragments", Program::front, later, [=](Guard& guard) {
                       guard.settings([](gm_settings& s) { s.fragments = {1, 1}; });
                       guard.run(Program::front, later);
                   }});
}

const Fixtures& fixtures() {
    static const Fixtures all = [] {
        Fixtures out;
        add_structure(out);
        add_only_register(out);
        add_contents(out);
        add_selector(out);
        add_protected(out);
        add_side(out);
        add_frames(out);
        add_esp(out);
        add_rates(out);
        return out;
    }();
    return all;
}

Outcome run(const Fixture& fixture, const std::function<void(Guard&)>& modes) {
    auto& guard = Guard::fresh();
    if (fixture.before)
        fixture.before(guard);
    modes(guard);
    return guard.run(fixture.program, fixture.packet);
}

Outcome run_alone(const Fixture& fixture, gm_mode mode) {
    return run(fixture, [&](Guard& guard) {
        guard.mode_of_all(GM_MODE_OFF);
        guard.mode(check_of(fixture.reason), mode);
    });
}

std::string describe(const Fixture& fixture) {
    return std::string(reason_names()[fixture.reason]) + ": " + fixture.description + " (" +
           std::string(kernel::name(fixture.program)) + ")" + hex(bytes(fixture.packet), 256);
}

// The one report of the packet says the same as the verdict.
void expect_report(const Outcome& outcome, const Fixture& fixture, gm_verdict verdict) {
    const auto reports = outcome.in(Ring::events);
    ASSERT_EQ(reports.size(), 1U);
    const auto& head = reports[0]->head;
    EXPECT_EQ(head.verdict, verdict);
    EXPECT_EQ(head.reason, fixture.reason);
    EXPECT_EQ(head.hook, fixture.program == Program::front ? GM_HOOK_FRONT : GM_HOOK_INSIDE);
    EXPECT_EQ(head.time_ns, kNow);
    EXPECT_EQ(head.schema, static_cast<unsigned>(GM_SCHEMA));
    EXPECT_EQ(head.length, reports[0]->text.size());
    EXPECT_LE(head.length, static_cast<unsigned>(GM_EVENT_BYTES));
}

} // namespace

TEST(Reasons, EachHasAFixture) {
    std::set<gm_reason> seen;
    for (const auto& fixture : fixtures())
        seen.insert(fixture.reason);
    for (int number = 1; number < GM_REASON_COUNT; ++number) {
        const auto reason = static_cast<gm_reason>(number);
        EXPECT_EQ(seen.contains(reason), !kLater.contains(reason)) << reason_names()[number];
    }
}

TEST(Reasons, DropAndReport_WhenEnforced) {
    for (const auto& fixture : fixtures()) {
        SCOPED_TRACE(describe(fixture));
        const auto outcome = run_alone(fixture, GM_MODE_ENFORCE);
        EXPECT_EQ(outcome.text(), "drop " + std::string(reason_names()[fixture.reason]));
        EXPECT_EQ(outcome.counted, 1U);
        expect_report(outcome, fixture, GM_VERDICT_DROP);
    }
}

TEST(Reasons, PassAndReport_WhenMonitored) {
    for (const auto& fixture : fixtures()) {
        SCOPED_TRACE(describe(fixture));
        const auto outcome = run_alone(fixture, GM_MODE_MONITOR);
        EXPECT_EQ(outcome.text(),
                  "pass (would_drop " + std::string(reason_names()[fixture.reason]) + ")");
        EXPECT_EQ(outcome.counted, 1U);
        expect_report(outcome, fixture, GM_VERDICT_WOULD_DROP);
    }
}

TEST(Reasons, PassInSilence_WhenOff) {
    for (const auto& fixture : fixtures()) {
        SCOPED_TRACE(describe(fixture));
        const auto outcome = run_alone(fixture, GM_MODE_OFF);
        EXPECT_EQ(outcome.text(), "pass");
        EXPECT_EQ(outcome.counted, 1U);
        EXPECT_TRUE(outcome.in(Ring::events).empty());
    }
}

TEST(Reasons, AreTheFirst_WhenAllIsEnforced) {
    for (const auto& fixture : fixtures()) {
        SCOPED_TRACE(describe(fixture));
        const auto outcome = run(fixture, [](Guard&) {});
        EXPECT_FALSE(outcome.passed);
        EXPECT_EQ(outcome.counted, 1U);
        if (!fixture.alone) {
            EXPECT_EQ(outcome.reason, fixture.reason) << reason_names()[outcome.reason];
        }
    }
}

TEST(Reasons, AreNoMore_WhenTheSchemaIsAnother) {
    for (const auto& fixture : fixtures()) {
        SCOPED_TRACE(describe(fixture));
        const auto outcome = run(fixture, [](Guard& guard) {
            auto settings = value_of(kernel::read_settings(guard.maps()));
            settings.schema = GM_SCHEMA + 1;
            value_of(guard.maps().settings.put(0, settings));
        });
        EXPECT_TRUE(outcome.passed);
        EXPECT_EQ(outcome.counted, 0U);
    }
}

} // namespace gmguard::test
