// SPDX-License-Identifier: BSD-2-Clause
// Registrations through to their bindings: a listener whose IPsec ends before it, so that protected
// messages are in the capture in clear.
#include "replay/scene.hpp"

namespace gmguard::test {
namespace {

const std::string kNonce = "UvImZaYMEtKJGF2VDuiBNgkWb2sRPReNbA/TkB/yOaE=";
const std::string kVictim = "001010000000001", kAttacker = "001010000000002";

std::string sip_uri(const std::string& user) {
    return "sip:" + user + "@" + kDomain;
}

Register initial(const std::string& user, const Endpoint& phone) {
    return {.user = user, .contact = phone.text(), .call_id = "call-" + user, .via = phone.text()};
}

Register protected_register(const std::string& user, const Endpoint& phone) {
    Register out = initial(user, phone);
    out.cseq = 2;
    out.branch = "z9hG4bK-2";
    out.nonce = kNonce + user;
    out.response = "95ec745c4c3fcb2eb2c73e14934c867e";
    return out;
}

// SM1, 401, SM7, 200: four packets.
void register_phone(Scene& scene, const std::string& user, const Endpoint& phone,
                    const Endpoint& pcscf = kPcscf) {
    const Endpoint inner{pcscf.address, kPcscfProtected.port};
    const Register first = initial(user, phone), second = protected_register(user, phone);
    scene.say(phone, pcscf, first.text())
        .say(pcscf, phone, Answer{.to = first, .status = 401, .nonce = kNonce + user}.text())
        .say(phone, inner, second.text())
        .say(inner, phone,
             Answer{.to = second,
                    .associated = "<" + sip_uri(user) + ">, <tel:+15550" + user.substr(12) + ">"}
                 .text());
}

Scene registered(const Endpoint& phone = kPhone) {
    Scene scene;
    register_phone(scene, kVictim, phone);
    return scene;
}

const Lines kRegistered = {"1 front pass", "2 answers pass", "3 inside pass", "4 answers pass"};

Lines after_registration(const Scene& scene, const config::Config& config = terminated()) {
    Lines lines = scene.lines(config);
    EXPECT_GE(lines.size(), 4u);
    for (std::size_t i = 0; i < 4 && i < lines.size(); ++i)
        EXPECT_EQ(lines[i], kRegistered[i]);
    lines.erase(lines.begin(), lines.begin() + 4);
    return lines;
}

class ReplayProtected : public Replay {};

TEST_F(ReplayProtected, TakesTheIdentitiesOfTheRegistration_AndNoOthers) {
    Scene scene = registered();
    for (const std::string& from :
         {sip_uri(kVictim), std::string("tel:+15550001"), sip_uri(kAttacker)})
        scene.say(kPhone, kPcscfProtected, Request{.from = from}.text());
    for (const std::string& claimed : {sip_uri(kVictim), sip_uri(kAttacker)})
        scene.say(
            kPhone, kPcscfProtected,
            Request{.method = "MESSAGE", .more = "P-Preferred-Identity: <" + claimed + ">\r\n"}
                .text());
    EXPECT_EQ(after_registration(scene),
              (Lines{"5 inside pass", "6 inside pass", "7 inside drop identity_not_bound",
                     "8 inside pass", "9 inside drop identity_not_bound"}));
}

TEST_F(ReplayProtected, TakesNothingButARegister_FromWhoIsNotBound) {
    Scene scene = registered();
    const Endpoint other = endpoint("192.0.2.8:5060");
    scene.say(other, kPcscfProtected, Request{.from = sip_uri(kVictim)}.text())
        .say(other, kPcscfProtected, protected_register(kAttacker, other).text());
    EXPECT_EQ(after_registration(scene), (Lines{"5 inside drop unregistered", "6 inside pass"}));
}

// The seed's attack, first step (2.1).
TEST_F(ReplayProtected, RefusesASecondUser_OnTheSelectorOfTheFirst) {
    Scene scene = registered();
    scene.say(kPhone, kPcscf, initial(kAttacker, kPhone).text())
        .say(kPhone, kPcscfProtected, protected_register(kAttacker, kPhone).text())
        .say(kPhone, kPcscf, initial(kVictim, kPhone).text());
    EXPECT_EQ(after_registration(scene), (Lines{"5 front drop selector_taken",
                                                "6 inside drop user_mismatch", "7 front pass"}));
}

TEST_F(ReplayProtected, NamesWhatItWouldRefuse_InMonitor) {
    config::Config config = terminated();
    config.mode = GM_MODE_MONITOR;
    for (auto& listener : config.listeners)
        listener.mode = GM_MODE_MONITOR;
    Scene scene = registered();
    scene.say(kPhone, kPcscf, initial(kAttacker, kPhone).text())
        .say(kPhone, kPcscfProtected, Request{.from = sip_uri(kAttacker)}.text());
    EXPECT_EQ(after_registration(scene, config), (Lines{"5 front would_drop selector_taken",
                                                        "6 inside would_drop identity_not_bound"}));
}

TEST_F(ReplayProtected, KeepsTwoUsersOfOneAddressApart_ByTheirPorts) {
    const Endpoint second = endpoint("192.0.2.7:5070");
    Scene scene = registered();
    register_phone(scene, kAttacker, second);
    scene.say(second, kPcscfProtected, Request{.from = sip_uri(kAttacker)}.text())
        .say(second, kPcscfProtected, Request{.from = sip_uri(kVictim)}.text());
    EXPECT_EQ(after_registration(scene),
              (Lines{"5 front pass", "6 answers pass", "7 inside pass", "8 answers pass",
                     "9 inside pass", "10 inside drop identity_not_bound"}));
}

TEST_F(ReplayProtected, KeysByTheWholeAddress_WhereThePoolSaysSo) {
    const Endpoint second = endpoint("192.0.2.7:5070");
    Scene scene = registered();
    scene.say(second, kPcscf, initial(kAttacker, second).text())
        .say(second, kPcscf, initial(kVictim, second).text());
    EXPECT_EQ(after_registration(scene, with_pool(terminated(), "192.0.2.0/24", 128, false)),
              (Lines{"5 front drop selector_taken", "6 front pass"}));
}

TEST_F(ReplayProtected, KeysByThePrefix_WhereThePoolSaysSo) {
    const auto config = with_pool(terminated(), "2001:db8::/32", 64, false);
    const Endpoint pcscf = endpoint("[2001:db8:ffff::1]:5060");
    const Endpoint inner{pcscf.address, kPcscfProtected.port};
    const Endpoint phone = endpoint("[2001:db8:1:2::7]:5060");
    const Endpoint same = endpoint("[2001:db8:1:2::8]:5062");
    const Endpoint next = endpoint("[2001:db8:1:3::7]:5060");
    Scene scene;
    register_phone(scene, kVictim, phone, pcscf);
    scene.say(same, pcscf, initial(kVictim, same).text())
        .say(same, pcscf, initial(kAttacker, same).text())
        .say(next, pcscf, initial(kAttacker, next).text())
        .say(same, inner, Request{.from = sip_uri(kVictim)}.text());
    EXPECT_EQ(
        after_registration(scene, config),
        (Lines{"5 front pass", "6 front drop selector_taken", "7 front pass", "8 inside pass"}));
}

TEST_F(ReplayProtected, EndsTheBinding_WhenItsTimeIsOver) {
    Scene in_time = registered(), late = registered();
    for (Scene* scene : {&in_time, &late})
        scene->wait(scene == &late ? 3640 : 3620)
            .say(kPhone, kPcscfProtected, Request{.from = sip_uri(kVictim)}.text())
            .say(kPhone, kPcscf, initial(kAttacker, kPhone).text());
    EXPECT_EQ(after_registration(in_time), (Lines{"5 inside pass", "6 front drop selector_taken"}));
    EXPECT_EQ(after_registration(late), (Lines{"5 inside drop unregistered", "6 front pass"}));
}

TEST_F(ReplayProtected, FreesTheSelector_AfterADeregistration) {
    Register leaving = protected_register(kVictim, kPhone);
    leaving.cseq = 3;
    leaving.branch = "z9hG4bK-3";
    leaving.expires = "0";
    Scene asked = registered(), answered = registered();
    for (Scene* scene : {&asked, &answered}) {
        scene->say(kPhone, kPcscfProtected, leaving.text());
        if (scene == &answered)
            scene->say(kPcscfProtected, kPhone, Answer{.to = leaving, .expires = "0"}.text());
        scene->say(kPhone, kPcscf, initial(kAttacker, kPhone).text());
    }
    EXPECT_EQ(after_registration(asked).back(), "6 front drop selector_taken");
    EXPECT_EQ(after_registration(answered).back(), "7 front pass");
}

TEST_F(ReplayProtected, TakesAnAnswerOfAPhone_ButNeverToRegister) {
    Scene scene = registered();
    scene
        .say(kPhone, kPcscfProtected,
             "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:6100;branch=z9hG4bK-p\r\n"
             "From: <sip:bob@" +
                 kDomain + ">;tag=1\r\nTo: <" + sip_uri(kVictim) +
                 ">;tag=2\r\nCall-ID: 9\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n")
        .say(kPhone, kPcscfProtected, Answer{.to = initial(kVictim, kPhone)}.text());
    EXPECT_EQ(after_registration(scene), (Lines{"5 inside pass", "6 inside drop forged_answer"}));
}

// Beyond what BPF_PROG_RUN takes for gm_inside.
TEST_F(ReplayProtected, JudgesLongMessagesAlike) {
    Scene scene = registered();
    for (const std::string& from : {sip_uri(kVictim), sip_uri(kAttacker)})
        scene.say(kPhone, kPcscfProtected,
                  Request{.from = from, .body = std::string(5000, 'x')}.text());
    EXPECT_EQ(after_registration(scene),
              (Lines{"5 inside pass", "6 inside drop identity_not_bound"}));
}

TEST_F(ReplayProtected, RefusesWhatComesInClear_WhereEspEndsHere) {
    config::Config config = terminated();
    config.listeners[0].protection = GM_PROTECTION_ESP;
    Scene scene;
    scene.say(kPhone, kPcscfProtected, protected_register(kVictim, kPhone).text())
        .add(Ethernet{} / Ipv4{} / Tcp{.destination = 6100} / "x");
    EXPECT_EQ(scene.lines(config),
              (Lines{"1 front drop clear_on_protected", "2 front drop clear_on_protected"}));
}

class ReplayConfigured : public Replay {};

TEST_F(ReplayConfigured, RefusesWhatGoesToNoListener_WhereAddressesAreNamed) {
    config::Config config = config::default_guard();
    config.listeners[0].address = kPcscf.address;
    Scene scene;
    scene.say(kPhone, endpoint("198.51.100.1:5060"), Register{}.text())
        .phone_says(Register{}.text())
        .pcscf_says(Answer{.status = 401, .nonce = "n"}.text());
    EXPECT_EQ(scene.lines(config),
              (Lines{"1 inside drop not_listener", "2 front pass", "3 answers pass"}));
}

TEST_F(ReplayConfigured, RefusesForeignDomains) {
    config::Config config = config::default_guard();
    config.home_domains = {kDomain};
    Scene scene;
    scene.phone_says(Register{}.text())
        .phone_says(Register{.domain = "evil.example"}.text())
        .phone_says(Register{.more = "Route: <sip:198.51.100.9;lr>\r\n"}.text());
    EXPECT_EQ(scene.lines(config), (Lines{"1 front pass", "2 front drop foreign_domain",
                                          "3 front drop foreign_domain"}));
}

TEST_F(ReplayConfigured, RefusesTheCoresAddress_OnTheSideOfThePhones) {
    config::Config config = config::default_guard();
    config.listeners[0].address = kPcscf.address;
    config.core.peers = {Prefix::parse("198.51.100.2").value()};
    const Endpoint core = endpoint("198.51.100.2:5060");
    Scene scene;
    scene.say(core, kPcscf, initial(kVictim, core).text());
    EXPECT_EQ(scene.lines(config), Lines{"1 front drop spoofed_source"});
}

TEST_F(ReplayConfigured, LimitsRates_OnTheClockOfTheCapture) {
    config::Config config = config::default_guard();
    config.limits.per_user = {1, 2};
    Scene scene;
    for (int i = 0; i < 3; ++i)
        scene.phone_says(Register{}.text());
    scene.wait(2).phone_says(Register{}.text());
    EXPECT_EQ(scene.lines(config),
              (Lines{"1 front pass", "2 front pass", "3 front drop rate_limited", "4 front pass"}));
}

// With core peers their answers count, and only with the proof of H1: the P-CSCF's own Via.
TEST_F(ReplayConfigured, BelievesTheCore_WhereItIsKnown) {
    config::Config config = terminated();
    config.listeners[0].address = kPcscf.address;
    config.core.peers = {Prefix::parse("198.51.100.2").value()};
    config.core.listeners = {endpoint("198.51.100.1:5070")};
    const Endpoint core = endpoint("198.51.100.2:4060"), mw = endpoint("198.51.100.1:5070");
    const std::string own = "Via: SIP/2.0/UDP 198.51.100.1:5070;branch=z9hG4bK-own";
    const auto onward = [&](const Register& r, const std::string& via) {
        std::string text = r.text();
        return text.insert(text.find("Via:"), via + "\r\n");
    };
    const auto back = [&](const Answer& a, const std::string& via) {
        std::string text = a.text();
        return text.insert(text.find("Via:"), via + "\r\n");
    };
    const Register first = initial(kVictim, kPhone), second = protected_register(kVictim, kPhone);
    const Answer challenge{.to = first, .status = 401, .nonce = kNonce + kVictim};
    const Answer granted{.to = second, .associated = "<" + sip_uri(kVictim) + ">"};
    for (const bool forged : {false, true}) {
        Scene scene;
        scene.say(kPhone, kPcscf, first.text())
            .say(mw, core, onward(first, own + "1"))
            .say(core, mw, back(challenge, own + "1"))
            .say(kPcscf, kPhone, challenge.text())
            .say(kPhone, kPcscfProtected, second.text())
            .say(mw, core, onward(second, own + "2"))
            .say(core, mw, back(granted, forged ? own + "3" : own + "2"))
            .say(kPcscfProtected, kPhone, granted.text())
            .say(kPhone, kPcscfProtected, Request{.from = sip_uri(kVictim)}.text());
        EXPECT_EQ(scene.lines(config),
                  (Lines{"1 front pass", "4 answers pass", "5 inside pass", "8 answers pass",
                         forged ? "9 inside drop unregistered" : "9 inside pass"}));
    }
}

} // namespace
} // namespace gmguard::test
