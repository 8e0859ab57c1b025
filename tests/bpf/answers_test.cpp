// SPDX-License-Identifier: BSD-2-Clause
// gm_answers: what this host says to phones in clear is learned, and refused never.
#include "rows.hpp"

namespace gmguard::test {
namespace {

const std::string kChallenge =
    "Digest realm=\"ims.test\",nonce=\"bm9uY2U=\",algorithm=AKAv1-MD5,qop=\"auth\"";

// From the P-CSCF to the phone.
Packet answer(const std::string& text, std::uint16_t from = kClear, const Phone& to = kPhone,
              std::string source = {}) {
    if (source.empty())
        source = to.is_v4() ? "192.0.2.1" : "2001:db8::1";
    return datagram(Phone{.address = source, .port = from}, text, to.port, to.address);
}
SipText challenge(const std::string& value = kChallenge) {
    return kPhone.answered("401 Unauthorized", "REGISTER").add("WWW-Authenticate", value);
}

// Whether it was learned; it passes in any case.
bool learned(Guard& guard, const Packet& packet, unsigned ingress = 0) {
    const auto outcome = guard.run(Program::answers, bytes(packet), ingress);
    EXPECT_TRUE(outcome.passed);
    EXPECT_TRUE(outcome.in(Ring::events).empty());
    return outcome.in(Ring::core).size() == 1;
}

} // namespace

TEST(Answers, AreLearned_WhenToARegister) {
    const auto ok = kPhone.answered("200 OK", "REGISTER").text();
    const std::tuple<const char*, Packet, bool> rows[] = {
        {"401", answer(challenge().text()), true},
        {"200", answer(ok), true},
        {"IPv6", answer(kPhone6.answered("200 OK", "REGISTER").text(), kClear, kPhone6), true},
        {"from the protected port", answer(ok, kProtected), true},
        {"VLAN",
         Ethernet{} / Vlan{} / Ipv4{.source = "192.0.2.1", .destination = "192.0.2.7"} / Udp{} / ok,
         true},
        {"from another port", answer(ok, 5999), false},
        {"from another address", answer(ok, kClear, kPhone, "192.0.2.3"), false},
        {"from the core's socket", answer(ok, kClear, kPhone, "203.0.113.1"), false},
        {"to an INVITE", answer(kPhone.answered("200 OK", "INVITE").text()), false},
        {"a request", answer(kPhone.asks("NOTIFY").text()), false},
        {"no SIP", answer("hello"), false},
        {"nothing", answer(""), false},
        {"cut", answer(ok.substr(0, ok.size() - 1)), false},
        {"a fragment",
         Ethernet{} /
             Ipv4{.source = "192.0.2.1", .destination = "192.0.2.7", .more_fragments = true} /
             Udp{} / ok,
         false},
        {"over TCP",
         Ethernet{} / Ipv4{.source = "192.0.2.1", .destination = "192.0.2.7"} /
             Tcp{.source = 5060} / ok,
         true},
        {"over TCP, behind another message",
         Ethernet{} / Ipv4{.source = "192.0.2.1", .destination = "192.0.2.7"} /
             Tcp{.source = 5060} / (kPhone.answered("200 OK", "MESSAGE").text() + ok),
         true},
    };
    for (const auto& [description, packet, want] : rows)
        EXPECT_EQ(learned(Guard::fresh(), packet), want) << description;
}

TEST(Answers, SayWhoWasAnswered) {
    auto& guard = Guard::fresh();
    const Phone phone{.address = "192.0.2.7", .port = 5075};
    const auto text = challenge().text();
    const auto outcome = guard.run(Program::answers, answer(text, kClear, phone));
    ASSERT_EQ(outcome.in(Ring::core).size(), 1U);
    const auto& message = *outcome.in(Ring::core)[0];
    EXPECT_EQ(message.text, text);
    EXPECT_EQ(message.head.hook, GM_HOOK_ANSWERS);
    EXPECT_EQ(message.head.role, GM_ROLE_UNPROTECTED);
    EXPECT_EQ(message.head.listener, 1U);
    EXPECT_EQ(Address(message.head.source).text(), "192.0.2.1");
    EXPECT_EQ(Address(message.head.destination).text(), "192.0.2.7");
    EXPECT_EQ(message.head.source_port, kClear);
    EXPECT_EQ(message.head.destination_port, 5075);
    EXPECT_EQ(message.head.time_ns, kNow);
}

// H11: a forwarded packet with the P-CSCF's address is not the P-CSCF's word, where that is local.
TEST(Answers, AreNotLearned_WhenForwarded) {
    auto& guard = Guard::fresh();
    EXPECT_TRUE(learned(guard, answer(challenge().text())));
    EXPECT_FALSE(learned(guard, answer(challenge().text()), kLoopback));
    guard.configure([](config::Config& c) { c.cgroup.wanted = false; });
    EXPECT_TRUE(learned(guard, answer(challenge().text()), kLoopback))
        << "the guard stands before the P-CSCF";
}

TEST(Answers, CountKeysThatLeave) {
    const std::string keys = ",ck=\"00112233445566778899aabbccddeeff\"";
    const std::tuple<const char*, SipText, unsigned> rows[] = {
        {"none", challenge(), 0},
        {"ck", challenge(kChallenge + keys), 1},
        {"ik", challenge(kChallenge + ", IK = 00"), 1},
        {"first", challenge("Digest ck=\"0\",nonce=\"n\""), 1},
        {"in a value", challenge("Digest nonce=\"ck=0,ik=0\""), 0},
        {"in a second header", challenge().add("WWW-Authenticate", kChallenge + keys), 1},
        {"in a second challenge", challenge(kChallenge + ", Digest realm=\"x\"" + keys), 1},
        {"of a 200",
         kPhone.answered("200 OK", "REGISTER").add("WWW-Authenticate", kChallenge + keys), 0},
    };
    for (const auto& [description, text, want] : rows) {
        auto& guard = Guard::fresh();
        EXPECT_TRUE(learned(guard, answer(text.text()))) << description;
        EXPECT_EQ(guard.losses().leaked_keys, want) << description;
    }
}

TEST(Answers, Pass_WhateverTheyAre) {
    auto& guard = Guard::fresh();
    const auto frame = bytes(answer(challenge().text()));
    for (std::size_t size = 14 + 20; size <= frame.size(); ++size)
        ASSERT_TRUE(
            guard
                .run(Program::answers,
                     Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)))
                .passed)
            << size;
}

} // namespace gmguard::test
