// SPDX-License-Identifier: BSD-2-Clause
// What passes in clear beside REGISTERs in the profile ts33203: keep-alives, error answers, and
// calls for help, which nothing else can starve (H23, A24).
#include "rows.hpp"

namespace gmguard::test {
namespace {

const std::string kNobody = "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=e1";
const Phone kCaller{
    .address = "192.0.2.20", .port = 31000, .user = "anonymous", .domain = "anonymous.invalid"};

using Rates = std::function<void(config::Limits&)>;

void in_the_field(Guard& guard, gm_emergency emergency = GM_EMERGENCY_ALLOW,
                  const Rates& rates = {}) {
    guard.configure([&](config::Config& c) {
        c.limits.emergency = {};
        if (rates)
            rates(c.limits);
        for (auto& listener : c.listeners) {
            listener.profile = GM_PROFILE_TS33203;
            listener.emergency = emergency;
        }
    });
}

SipText help(const std::string& uri = "urn:service:sos") {
    return kCaller.request("INVITE", uri).set("From", kNobody).set("To", "<" + uri + ">");
}

SipText of_the_call(const std::string& method) {
    return kCaller.request(method, "sip:psap@ims.test")
        .set("From", kNobody)
        .set("To", "<urn:service:sos>;tag=p1");
}

std::string judged(Guard& guard, Program program, const SipText& message,
                   const Phone& phone = kCaller) {
    return guard.run(program, datagram(phone, message.text())).text();
}

SipText sos_register(const Phone& phone) {
    return phone.registers().set("Contact", "<sip:" + phone.user + "@" + phone.place() + ";sos>");
}

} // namespace

TEST(Emergency, ACallOfNobodyPasses) {
    for (const auto program : {Program::front, Program::inside}) {
        auto& guard = Guard::fresh();
        in_the_field(guard);
        const auto outcome = [&](const SipText& message) {
            return judged(guard, program, message);
        };
        EXPECT_EQ(outcome(help()), "pass");
        EXPECT_EQ(outcome(help("urn:service:sos.ambulance")), "pass");
        EXPECT_EQ(outcome(help("URN:Service:SOS.fire")), "pass");
        EXPECT_EQ(outcome(help("urn:service:sosx")), "drop not_register");
        EXPECT_EQ(outcome(help("urn:service:counseling")), "drop not_register");
        EXPECT_EQ(outcome(help("sip:bob@ims.test")), "drop not_register");
        EXPECT_EQ(outcome(help().set("From", "<sip:alice@ims.test>;tag=1")), "drop not_register");
        EXPECT_EQ(outcome(help().add("P-Preferred-Identity", "<sip:alice@ims.test>")),
                  "drop not_register");
        EXPECT_EQ(outcome(help().set("Via", "SIP/2.0/UDP 192.0.2.20:31000;branch=z9hG4bK-1;"
                                            "maddr=192.0.2.66")),
                  "drop forged_parameter");
        EXPECT_EQ(outcome(help().add("Call-ID", "another")), "drop ambiguous");
        EXPECT_EQ(outcome(kCaller.request("MESSAGE", "urn:service:sos").set("From", kNobody)),
                  "drop not_register");
    }
}

TEST(Emergency, OpensAPinholeForItsCallAlone) {
    for (const auto program : {Program::front, Program::inside}) {
        auto& guard = Guard::fresh();
        in_the_field(guard);
        const auto outcome = [&](const SipText& message, const Phone& phone = kCaller) {
            return judged(guard, program, message, phone);
        };
        EXPECT_EQ(outcome(of_the_call("ACK")), "drop not_register");
        ASSERT_EQ(outcome(help()), "pass");
        for (const auto* method : {"ACK", "BYE", "CANCEL", "PRACK", "UPDATE"}) {
            EXPECT_EQ(outcome(of_the_call(method)), "pass") << method;
            EXPECT_EQ(outcome(of_the_call(method).set("Call-ID", "another")), "drop not_register");
        }
        EXPECT_EQ(outcome(kCaller.answered("200 OK", "BYE")), "pass");
        EXPECT_EQ(outcome(kCaller.answered("200 OK", "REGISTER")), "drop forged_answer");
        EXPECT_EQ(outcome(kCaller.answered("200 OK", "BYE").set("Call-ID", "another")),
                  "drop not_register");
        for (const auto* method : {"INVITE", "INFO", "MESSAGE", "REFER", "SUBSCRIBE"})
            EXPECT_EQ(outcome(of_the_call(method)), "drop not_register") << method;
        Phone port = kCaller, address = kCaller;
        port.port = 31001;
        address.address = "192.0.2.21";
        EXPECT_EQ(outcome(of_the_call("BYE"), port), "drop not_register");
        EXPECT_EQ(outcome(of_the_call("BYE"), address), "drop not_register");
    }
}

TEST(Emergency, ItsPinholeEnds) {
    auto& guard = Guard::fresh();
    in_the_field(guard);
    ASSERT_EQ(judged(guard, Program::front, help()), "pass");
    guard.clock(kNow + 239 * kSecond);
    EXPECT_EQ(judged(guard, Program::front, of_the_call("ACK")), "pass");
    guard.clock(kNow + 11 * 3600 * kSecond);
    EXPECT_EQ(judged(guard, Program::front, of_the_call("BYE")), "pass");
    guard.clock(kNow + 24 * 3600 * kSecond);
    EXPECT_EQ(judged(guard, Program::front, of_the_call("BYE")), "drop not_register");
    ASSERT_EQ(judged(guard, Program::front, help()), "pass");
    guard.clock(kNow + 24 * 3600 * kSecond + 240 * kSecond);
    EXPECT_EQ(judged(guard, Program::front, of_the_call("ACK")), "drop not_register");
}

TEST(Emergency, IsWhatTheListenerSays) {
    const auto outcomes = [](gm_emergency emergency) {
        auto& guard = Guard::fresh();
        in_the_field(guard, emergency);
        guard.bind({.phone = {.user = "001010000000009"}});
        return std::pair(judged(guard, Program::front, help()),
                         judged(guard, Program::front, sos_register(kPhone), kPhone));
    };
    EXPECT_EQ(outcomes(GM_EMERGENCY_ALLOW), std::pair(std::string("pass"), std::string("pass")));
    EXPECT_EQ(outcomes(GM_EMERGENCY_REGISTERED),
              std::pair(std::string("drop not_register"), std::string("pass")));
    EXPECT_EQ(outcomes(GM_EMERGENCY_DENY).first, "drop not_register");
    auto& guard = Guard::fresh(); // annex-d
    EXPECT_EQ(judged(guard, Program::front, help()), "drop not_register");
}

// A phone of two, of which only one is for help, is none.
TEST(Emergency, ARegister_IsOne_WhereEveryContactSaysSo) {
    auto& guard = Guard::fresh();
    in_the_field(guard);
    guard.configure([](config::Config& c) {
        for (auto& listener : c.listeners) {
            listener.profile = GM_PROFILE_TS33203;
            listener.emergency = GM_EMERGENCY_ALLOW;
        }
        c.pools.push_back(
            {"strict", *Prefix::parse("192.0.2.0/24"), 128, true, GM_CONFLICT_STRICT});
    });
    guard.bind({.phone = kOther});
    const auto contact = [&](const std::string& value) {
        return judged(guard, Program::front, kPhone.registers().set("Contact", value), kPhone);
    };
    EXPECT_EQ(contact("<sip:192.0.2.7;sos>"), "pass");
    EXPECT_EQ(contact("<sip:192.0.2.7;SOS;ob>"), "pass");
    EXPECT_EQ(contact("<sip:192.0.2.7>;sos"), "drop selector_taken");
    EXPECT_EQ(contact("<sip:192.0.2.7;sosx>"), "drop selector_taken");
    EXPECT_EQ(contact("<sip:192.0.2.7;sos>,<sip:192.0.2.7>"), "drop selector_taken");
    EXPECT_EQ(contact("<sip:192.0.2.7>,<sip:192.0.2.7;sos>"), "drop selector_taken");
    EXPECT_EQ(contact("*"), "drop selector_taken");
}

TEST(Emergency, IsNotStarvedByOthers_AndHasACapOfItsOwn) {
    auto& guard = Guard::fresh();
    in_the_field(guard, GM_EMERGENCY_ALLOW, [](config::Limits& limits) {
        limits.per_user = {1, 2};
        limits.per_source = {1, 2};
        limits.unknown = {1, 3};
        limits.emergency = {1, 5};
    });
    const auto from = [](unsigned last) {
        Phone phone = kPhone;
        phone.address = "192.0.2." + std::to_string(100 + last);
        phone.user = "00101000000010" + std::to_string(last);
        return phone;
    };
    std::string last;
    for (unsigned i = 0; i < 8; ++i)
        last = judged(guard, Program::front, from(i).registers(), from(i));
    ASSERT_EQ(last, "drop rate_limited");
    for (unsigned i = 0; i < 2; ++i)
        EXPECT_EQ(judged(guard, Program::front, sos_register(from(i)), from(i)), "pass");
    EXPECT_EQ(judged(guard, Program::front, help()), "pass");
    EXPECT_EQ(judged(guard, Program::front, help()), "pass");
    EXPECT_EQ(judged(guard, Program::front, help()), "drop rate_limited"); // of one source
    EXPECT_EQ(judged(guard, Program::front, sos_register(from(5)), from(5)), "pass");
    EXPECT_EQ(judged(guard, Program::front, sos_register(from(6)), from(6)), "drop rate_limited");
}

TEST(Beside, ErrorAnswersPass_OthersDoNot) {
    for (const auto program : {Program::front, Program::inside}) {
        auto& guard = Guard::fresh();
        in_the_field(guard);
        const auto answer = [&](const std::string& status, const std::string& method = "INVITE") {
            return judged(guard, program, kPhone.answered(status, method), kPhone);
        };
        EXPECT_EQ(answer("404 Not Found"), "pass");
        EXPECT_EQ(answer("500 Server Internal Error"), "pass");
        EXPECT_EQ(answer("603 Decline"), "pass");
        EXPECT_EQ(answer("180 Ringing"), "drop not_register");
        EXPECT_EQ(answer("200 OK"), "drop not_register");
        EXPECT_EQ(answer("302 Moved Temporarily"), "drop not_register");
        EXPECT_EQ(answer("403 Forbidden", "REGISTER"), "drop forged_answer");
        EXPECT_EQ(answer("403 Forbidden", "register"), "drop forged_answer");
        EXPECT_EQ(judged(guard, program, kPhone.answered("404 Not Found", "INVITE").remove("CSeq")),
                  "drop malformed");
    }
    check_both({{"annex-d", datagram(kPhone, kPhone.answered("404 Not Found", "INVITE").text()),
                 "drop not_register"}});
}

TEST(Beside, KeepAlivesPass_NowAndThen) {
    const std::string stun("\0\1\0\0\x21\x12\xa4\x42transaction1", 20);
    for (const std::string& text : {std::string("\r\n"), std::string("\r\n\r\n"), stun}) {
        auto& guard = Guard::fresh();
        in_the_field(guard);
        const auto outcome = [&] {
            return guard.run(Program::front, datagram(kPhone, text)).text();
        };
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(outcome(), "pass");
        EXPECT_EQ(outcome(), "drop keepalive");
        guard.clock(kNow + kSecond);
        EXPECT_EQ(outcome(), "pass");
        EXPECT_EQ(guard.run(Program::inside, datagram(kPhone, text)).text(), "pass");
    }
}

} // namespace gmguard::test
