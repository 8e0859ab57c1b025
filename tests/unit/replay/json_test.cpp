// SPDX-License-Identifier: BSD-2-Clause
// The output contract, to the letter.
#include "replay/finding.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

sip::Uri uri(sip::Text text, sip::Text host, std::optional<std::uint16_t> port = {}) {
    return sip::Uri{text, "sip", "", host, port, {}};
}

Finding finding() {
    Finding out;
    out.frame = 7;
    out.time_ns = 1767323045678901999;
    out.source = Address::parse("192.0.2.7").value();
    out.destination = Address::parse("192.0.2.1").value();
    out.source_port = out.destination_port = 5060;
    return out;
}

sip::Message register_message() {
    sip::Message out;
    out.request = true;
    out.method = out.cseq_method = "REGISTER";
    out.from = out.to = uri("sip:001@ims.test", "ims.test");
    out.call_id = "c1";
    out.cseq = 1;
    out.contacts = {sip::Contact{false, uri("sip:192.0.2.9:5060", "192.0.2.9", 5060), {}}};
    out.expires = 600000;
    out.authorization = sip::Digest{};
    out.authorization->username = sip::Text("001@ims.test");
    out.authorization->nonce = sip::Text("");
    out.register_class = sip::RegisterClass::initial;
    out.security_client = {{"ipsec-3gpp", "hmac-sha-1-96", "aes-cbc", "esp", "trans", 1, 2, 3, 4}};
    return out;
}

TEST(Json, IsTheContract) {
    Finding packet = finding();
    packet.judgement = {GM_VERDICT_DROP, GM_REASON_contact_mismatch};
    packet.sip = register_message();
    EXPECT_EQ(
        json(packet),
        R"({"frame":7,"time":"2026-01-02T03:04:05.678901Z","hook":"front","src":"192.0.2.7",)"
        R"("sport":5060,"dst":"192.0.2.1","dport":5060,"proto":"udp","verdict":"drop",)"
        R"("reason":"contact_mismatch","sip":{"kind":"request","method":"REGISTER","status":null,)"
        R"("class":"initial","impi":"001@ims.test","impu":"sip:001@ims.test",)"
        R"("from":"sip:001@ims.test","contact":{"host":"192.0.2.9","port":5060},"contacts":1,)"
        R"("call_id":"c1","cseq":1,"expires":600000,"nonce":"empty","response":"absent",)"
        R"("auts":false,"security_client":[{"mechanism":"ipsec-3gpp","alg":"hmac-sha-1-96",)"
        R"("ealg":"aes-cbc","spi_c":1,"spi_s":2,"port_c":3,"port_s":4}]}})");
}

TEST(Json, HasNull_WhereTheMessageLacksAField) {
    Finding packet = finding();
    packet.source_port.reset();
    packet.hook = GM_HOOK_INSIDE;
    packet.sip = sip::Message{};
    packet.sip->status = 401;
    EXPECT_EQ(
        json(packet),
        R"({"frame":7,"time":"2026-01-02T03:04:05.678901Z","hook":"inside","src":"192.0.2.7",)"
        R"("sport":null,"dst":"192.0.2.1","dport":5060,"proto":"udp","verdict":"pass",)"
        R"("reason":null,"sip":{"kind":"response","method":null,"status":401,"class":null,)"
        R"("impi":null,"impu":null,"from":null,"contact":null,"contacts":0,"call_id":null,)"
        R"("cseq":null,"expires":null,"nonce":"absent","response":"absent","auts":false,)"
        R"("security_client":null}})");
}

TEST(Json, HasSipNull_WhereTheBytesAreNone) {
    EXPECT_TRUE(json(finding()).ends_with(R"("reason":null,"sip":null})"));
}

TEST(Json, HasSpiAndEncrypted_OfEspAlone) {
    Finding packet = finding();
    EXPECT_EQ(json(packet).find("spi"), std::string::npos);
    packet.protocol = GM_TCP;
    packet.esp = Esp{4097, false};
    EXPECT_NE(json(packet).find(R"("proto":"tcp","spi":4097,"encrypted":false,"verdict")"),
              std::string::npos)
        << json(packet);
    packet.esp = Esp{4097, true};
    EXPECT_NE(json(packet).find(R"("proto":"esp","spi":4097,"encrypted":true,"verdict")"),
              std::string::npos);
    packet.esp = Esp{};
    EXPECT_NE(json(packet).find(R"("proto":"esp","spi":null,"encrypted":null,"verdict")"),
              std::string::npos);
}

TEST(Json, NamesTheReason_WhereMonitorLetsItPass) {
    Finding packet = finding();
    packet.judgement = {GM_VERDICT_WOULD_DROP, GM_REASON_selector_taken};
    EXPECT_NE(json(packet).find(R"("verdict":"would_drop","reason":"selector_taken")"),
              std::string::npos);
}

TEST(Json, TakesTheContactsExpires_WhereThereIsNoHeader) {
    Finding packet = finding();
    packet.sip = register_message();
    packet.sip->expires.reset();
    packet.sip->contacts[0].expires = 3600;
    EXPECT_NE(json(packet).find(R"("expires":3600)"), std::string::npos);
}

TEST(Json, HasNoContact_WhereItHasNoHost) {
    Finding packet = finding();
    packet.sip = register_message();
    packet.sip->contacts = {sip::Contact{false, uri("tel:1", ""), {}}};
    EXPECT_NE(json(packet).find(R"("contact":null,"contacts":1)"), std::string::npos);
}

TEST(Json, ShowsAStar_AsItIsWritten) {
    Finding packet = finding();
    packet.sip = register_message();
    packet.sip->contacts = {sip::Contact{true, {}, {}}};
    EXPECT_NE(json(packet).find(R"("contact":{"host":"*","port":null},"contacts":1)"),
              std::string::npos);
}

TEST(Json, ShowsIdentities_WithoutTheirPort) {
    Finding packet = finding();
    packet.sip = register_message();
    packet.sip->to = uri("sip:a@ims.test:5070", "ims.test", 5070);
    packet.sip->from = uri("sip:a@[2001:db8::7]", "2001:db8::7");
    EXPECT_NE(json(packet).find(R"("impu":"sip:a@ims.test","from":"sip:a@[2001:db8::7]")"),
              std::string::npos);
}

TEST(Json, WritesIpv6WithoutBrackets_AndAMissingPortAsNull) {
    Finding packet = finding();
    packet.source = Address::parse("2001:db8:0:0::7").value();
    packet.sip = register_message();
    packet.sip->contacts[0].uri = uri("sip:[2001:db8::9]", "2001:db8::9");
    const std::string line = json(packet);
    EXPECT_NE(line.find(R"("src":"2001:db8::7")"), std::string::npos) << line;
    EXPECT_NE(line.find(R"("contact":{"host":"2001:db8::9","port":null})"), std::string::npos);
}

TEST(Json, StaysUtf8_WhateverTheMessageHolds) {
    Finding packet = finding();
    packet.sip = register_message();
    packet.sip->call_id = "a\xff\"\\\t";
    EXPECT_NE(json(packet).find("\"call_id\":\"a\xef\xbf\xbd\\\"\\\\\\t\""), std::string::npos)
        << json(packet);
}

TEST(Json, OfAnExplanation_EndsWithItsChecks) {
    Explanation explanation;
    explanation.finding = finding();
    explanation.checks = {
        {GM_CHECK_contact_source, GM_MODE_ENFORCE, CheckResult::Outcome::fails,
         GM_REASON_contact_mismatch, "Contact is not where the packet comes from"},
        {GM_CHECK_limits, GM_MODE_OFF, CheckResult::Outcome::off, GM_REASON_none, ""}};
    EXPECT_TRUE(json(explanation)
                    .ends_with(R"("sip":null,"checks":[{"check":"contact_source","mode":"enforce",)"
                               R"("outcome":"fails","reason":"contact_mismatch",)"
                               R"("detail":"Contact is not where the packet comes from"},)"
                               R"({"check":"limits","mode":"off","outcome":"off","reason":null,)"
                               R"("detail":null}]})"))
        << json(explanation);
}

TEST(Json, WritesTimesInUtc_ToTheMicrosecond) {
    EXPECT_EQ(utc(0), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(utc(4102444799999999999), "2099-12-31T23:59:59.999999Z");
}

} // namespace
} // namespace gmguard::replay
