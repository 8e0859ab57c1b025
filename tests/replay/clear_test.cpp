// SPDX-License-Identifier: BSD-2-Clause
// The unprotected port, without any configuration: one packet, one verdict.
#include "replay/scene.hpp"

namespace gmguard::test {
namespace {

struct ClearCase {
    const char* name;
    std::string text;
    const char* expected;
};

std::string without_line(std::string text, const std::string& start) {
    const auto at = text.find("\r\n" + start) + 2;
    return text.erase(at, text.find("\r\n", at) + 2 - at);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    if (at == std::string::npos)
        throw std::invalid_argument("not there: " + what);
    return text.replace(at, what.size(), by);
}

std::string more(const std::string& line) {
    return Register{.more = line + "\r\n"}.text();
}

std::string contact(const std::string& contact) {
    return replaced(Register{}.text(), "<sip:001010000000001@192.0.2.7:5060>", contact);
}

const std::string kGood = Register{}.text();

const std::vector<ClearCase> kClear = {
    {"Initial", kGood, "pass"},
    {"InitialWithoutAuthorization", Register{.authorization = false}.text(), "pass"},
    {"InitialWithoutNonceAndResponse", Register{.nonce = {}, .response = {}}.text(), "pass"},
    {"InitialWithoutSecurityClient", Register{.security_client = ""}.text(), "pass"},
    {"CompactNames", replaced(replaced(kGood, "Contact:", "m:"), "Call-ID:", "i:"), "pass"},
    {"FoldedContact", replaced(kGood, "Contact: ", "Contact:\r\n "), "pass"},
    {"QueryWithoutContact", Register{.contact = ""}.text(), "pass"},
    {"NetworkAuthFailureNobodyChallenged", Register{.nonce = "n1"}.text(),
     "drop unmatched_failure"},
    {"SyncFailureNobodyChallenged", Register{.nonce = "n1", .auts = "oJXyD5OVZQz5OAuO2yI="}.text(),
     "drop unmatched_failure"},
    {"ResponseInClear", Register{.nonce = "n1", .response = "0123456789abcdef"}.text(),
     "drop clear_response"},
    {"BasicScheme",
     Register{.authorization = false, .more = "Authorization: Basic YTpi\r\n"}.text(),
     "drop other_scheme"},
    {"ContactOtherAddress", Register{.contact = "192.0.2.9:5060"}.text(), "drop contact_mismatch"},
    {"ContactOtherPort", Register{.contact = "192.0.2.7:5061"}.text(), "drop contact_mismatch"},
    {"ContactDefaultPort", Register{.contact = "192.0.2.7"}.text(), "pass"},
    {"ContactName", Register{.contact = "phone.ims.test:5060"}.text(), "drop contact_mismatch"},
    {"ContactIpv6", Register{.contact = "[2001:db8::7]:5060"}.text(), "drop contact_mismatch"},
    {"ContactMappedIpv4", Register{.contact = "[::ffff:192.0.2.7]:5060"}.text(), "pass"},
    {"SecondContactElsewhere", contact("<sip:a@192.0.2.7:5060>, <sip:a@192.0.2.9:5060>"),
     "drop contact_mismatch"},
    {"TwoContactHeaders", more("Contact: <sip:a@192.0.2.7:5060>"), "drop ambiguous"},
    {"ContactAlias", contact("<sip:a@192.0.2.7:5060;alias=192.0.2.9~5060~1>"),
     "drop forged_parameter"},
    {"IntegrityProtected",
     replaced(kGood, ",algorithm=", ",integrity-protected=\"yes\",algorithm="),
     "drop forged_parameter"},
    {"ViaReceived", replaced(kGood, ";rport\r\n", ";received=192.0.2.9\r\n"),
     "drop forged_parameter"},
    {"ViaMaddr", replaced(kGood, ";rport\r\n", ";maddr=192.0.2.9\r\n"), "drop forged_parameter"},
    {"TwoVias", more("Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK-2"), "drop ambiguous"},
    {"TwoAuthorizations", more("Authorization: Digest username=\"b@ims.test\""), "drop ambiguous"},
    {"BareLineFeed", replaced(kGood, "\r\nMax-Forwards", "\nMax-Forwards"), "drop ambiguous"},
    {"BareCarriageReturn", replaced(kGood, "\r\nMax-Forwards", "\rMax-Forwards"), "drop ambiguous"},
    {"NulInAHeader", replaced(kGood, "tag=from-1", std::string("tag=\0rom-1", 10)),
     "drop ambiguous"},
    {"SecondMessageBehindTheFirst", kGood + Request{}.text(), "drop ambiguous"},
    {"NoCallId", without_line(kGood, "Call-ID"), "drop malformed"},
    {"NoVia", without_line(kGood, "Via"), "drop malformed"},
    {"NoEmptyLine", kGood.substr(0, kGood.size() - 2), "drop malformed"},
    {"CseqOfAnotherMethod", replaced(kGood, "1 REGISTER\r\n", "1 INVITE\r\n"), "drop malformed"},
    {"ContentLengthTooLong", replaced(kGood, "Content-Length: 0", "Content-Length: 9"),
     "drop malformed"},
    {"AsLongAsCanBe", more("X: " + std::string(8192 - kGood.size() - 5, 'x')), "pass"},
    {"OneByteLonger", more("X: " + std::string(8193 - kGood.size() - 5, 'x')), "drop oversize"},
    {"Invite", Request{}.text(), "drop not_register"},
    {"Message", Request{.method = "MESSAGE", .body = "hi"}.text(), "drop not_register"},
    {"Options", Request{.method = "OPTIONS"}.text(), "drop not_register"},
    {"UnknownMethod", Request{.method = "NEWMETHOD"}.text(), "drop not_register"},
    {"LowerCaseRegister", replaced(kGood, "REGISTER sip", "register sip"), "drop not_register"},
    {"AnswerToRegister", Answer{}.text(), "drop forged_answer"},
    {"AnswerToInvite", replaced(Answer{}.text(), "1 REGISTER", "1 INVITE"), "drop not_register"},
    {"KeepAlive", "\r\n\r\n", "drop keepalive"},
    {"Empty", "", "drop keepalive"},
    {"Stun",
     std::string("\0\1\0\0\x21\x12\xa4\x42"
                 "0123456789ab",
                 20),
     "drop keepalive"},
    {"Junk", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "drop not_sip"},
    {"BinaryJunk", std::string(200, '\xf8'), "drop not_sip"},
};

class ReplayClear : public Replay {};

// One capture with a packet for each, a second apart, from ports of their own.
TEST_F(ReplayClear, JudgesEachMessage_AsTheTableSays) {
    Scene scene;
    for (const auto& each : kClear)
        scene.wait(1).phone_says(each.text);
    const auto findings = scene.findings();
    ASSERT_EQ(findings.size(), kClear.size());
    for (std::size_t i = 0; i < kClear.size(); ++i) {
        EXPECT_EQ(Scene::verdict(findings[i]), kClear[i].expected) << kClear[i].name;
        EXPECT_EQ(findings[i].hook, GM_HOOK_FRONT) << kClear[i].name;
        EXPECT_EQ(findings[i].frame, i + 1) << kClear[i].name;
    }
}

TEST_F(ReplayClear, JudgesIpv6Alike) {
    const Endpoint phone = endpoint("[2001:db8::7]:5060"), pcscf = endpoint("[2001:db8::1]:5060");
    const auto from = [](const std::string& contact) {
        return Register{.contact = contact, .via = "[2001:db8::7]:5060"}.text();
    };
    Scene scene;
    scene.say(phone, pcscf, from("[2001:db8::7]:5060"))
        .say(phone, pcscf, from("[2001:DB8:0::0:7]:5060"))
        .say(phone, pcscf, from("[2001:db8::8]:5060"))
        .say(phone, pcscf, Request{}.text());
    EXPECT_EQ(scene.lines(), (Lines{"1 front pass", "2 front pass", "3 front drop contact_mismatch",
                                    "4 front drop not_register"}));
}

TEST_F(ReplayClear, LooksBehindTagsOptionsAndExtensionHeaders) {
    const std::string good = Register{}.text();
    const std::string good6 =
        Register{.contact = "[2001:db8::7]:5060", .via = "[2001:db8::7]:5060"}.text();
    Scene scene;
    scene.add(Ethernet{} / Vlan{.id = 7} / Ipv4{} / Udp{} / good)
        .add(Ethernet{} / Vlan{.tag = 0x88a8} / Vlan{.id = 7} / Ipv4{} / Udp{} / good)
        .add(Ethernet{} / Ipv4{.options = {1, 1, 1, 1}} / Udp{} / good)
        .add(Ethernet{} / Ipv6{} / Extension{.kind = kHopByHop} / Extension{} / Udp{} / good6)
        .add(Ethernet{} / Ipv6{} / Extension{.kind = kHopByHop} / Udp{} / Request{}.text());
    EXPECT_EQ(scene.lines(), (Lines{"1 front pass", "2 front pass", "3 front pass", "4 front pass",
                                    "5 front drop not_register"}));
}

TEST_F(ReplayClear, DropsWhatIsWrappedTooDeep) {
    Packet deep = Ethernet{} / Ipv6{};
    for (int i = 0; i < 7; ++i)
        deep = deep / Extension{};
    Scene scene;
    scene.add(Ethernet{} / Vlan{} / Vlan{} / Vlan{} / Ipv4{} / Udp{} / Register{}.text())
        .add(deep / Udp{} / Register{}.text());
    EXPECT_EQ(scene.lines(), (Lines{"1 front drop too_deep", "2 front drop too_deep"}));
}

TEST_F(ReplayClear, DropsDatagramsWhoseLengthsDisagree) {
    const std::string good = Register{}.text();
    const auto length = static_cast<std::uint16_t>(8 + good.size());
    Scene scene;
    for (const int off : {-1, 1, 400})
        scene.add(Ethernet{} / Ipv4{} / Udp{.length = static_cast<std::uint16_t>(length + off)} /
                  good);
    EXPECT_EQ(scene.lines(), (Lines{"1 front drop malformed", "2 front drop malformed",
                                    "3 front drop malformed"}));
}

TEST_F(ReplayClear, JudgesTcpAlike) {
    Scene scene;
    scene.add(Ethernet{} / Ipv4{} / Tcp{} / Request{}.text());
    const auto findings = scene.findings();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(Scene::line(findings[0]), "1 inside drop not_register");
    EXPECT_EQ(findings[0].protocol, GM_TCP);
}

TEST_F(ReplayClear, SaysNothing_OfOtherPorts) {
    Scene scene;
    scene.say(kPhone, endpoint("192.0.2.1:5061"), Request{}.text())
        .add(Ethernet{} / Ipv4{.protocol = 47} / "0123456789abcdef")
        .add(Ethernet{.type = 0x0806} / std::string(46, 'x'));
    EXPECT_EQ(scene.lines(), Lines{});
}

TEST_F(ReplayClear, JudgesAPacketThatTheCaptureCut_AsItIs) {
    Capture cut(LinkType::ethernet, 200);
    cut.add(message(kPhone, kPcscf, Register{}.text()));
    const TemporaryFile file(cut.pcap());
    Lines lines;
    const std::vector<std::string> files = {file.path()};
    const auto summary =
        replay::run(config::default_guard(), files,
                    [&](const replay::Finding& finding) { lines.push_back(Scene::line(finding)); });
    ASSERT_TRUE(summary);
    EXPECT_EQ(lines, Lines{"1 front drop malformed"});
}

} // namespace
} // namespace gmguard::test
