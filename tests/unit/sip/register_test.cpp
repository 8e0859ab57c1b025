// SPDX-License-Identifier: BSD-2-Clause
// What registrations are made of: Via, Contact, digest, sec-agree.
#include "sip/message.hpp"

#include "unit/sip/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmguard::sip {
namespace {

using ::testing::SizeIs;

TEST(Via, ListIsThatOfAllHeaders) {
    const auto m = parse(an_answer("200 OK"));
    ASSERT_TRUE(m);
    ASSERT_THAT(m->vias, SizeIs(2));
    EXPECT_EQ(m->vias[0].transport, "UDP");
    EXPECT_EQ(m->vias[0].host, "198.51.100.1");
    EXPECT_EQ(m->vias[0].port, 0);
    EXPECT_EQ(m->vias[0].branch, "z9hG4bKown");
    EXPECT_EQ(m->vias[0].received, std::nullopt);
    EXPECT_EQ(m->vias[1].port, 5062);
    EXPECT_EQ(m->vias[1].rport, 5062);
    EXPECT_EQ(m->vias[1].received, Address::parse("192.0.2.7"));
}

TEST(Via, IsReadInAllItsSpellings) {
    struct Case {
        const char* text;
        Via via;
    };
    const auto v6 = Address::parse("2001:db8::1");
    const Case cases[] = {
        {"SIP/2.0/UDP 192.0.2.7;branch=b", {"UDP", "192.0.2.7", 0, "b", {}, {}}},
        {"SIP / 2.0 / TCP  ue.ims.test : 4000 ; branch = b",
         {"TCP", "ue.ims.test", 4000, "b", {}, {}}},
        {"SIP/2.0/UDP [2001:db8::1]:5060;rport;branch=b",
         {"UDP", "2001:db8::1", 5060, "b", {}, {}}},
        {"SIP/2.0/UDP [2001:db8::1];branch=b;received=2001:db8::1",
         {"UDP", "2001:db8::1", 0, "b", v6, {}}},
        {"SIP/2.0/UDP h;received=[2001:db8::1];rport=1;branch=b", {"UDP", "h", 0, "b", v6, 1}},
        {"SIP/2.0/UDP h;x=\"a;branch=no,\";BRANCH=b", {"UDP", "h", 0, "b", {}, {}}},
        {"SIP/2.0/UDP\r\n 192.0.2.7\r\n ;branch=b", {"UDP", "192.0.2.7", 0, "b", {}, {}}},
        {"SIP/2.0/UDP h;received=nobody;rport=99999;branch=b", {"UDP", "h", 0, "b", {}, {}}},
    };
    for (const auto& c : cases) {
        const auto m = parse("OPTIONS sip:a SIP/2.0\r\nVia: " + std::string(c.text) + "\r\n\r\n");
        ASSERT_TRUE(m) << c.text;
        ASSERT_THAT(m->vias, SizeIs(1)) << c.text;
        const Via& via = m->vias[0];
        EXPECT_EQ(via.transport, c.via.transport) << c.text;
        EXPECT_EQ(via.host, c.via.host) << c.text;
        EXPECT_EQ(via.port, c.via.port) << c.text;
        EXPECT_EQ(via.branch, c.via.branch) << c.text;
        EXPECT_EQ(via.received, c.via.received) << c.text;
        EXPECT_EQ(via.rport, c.via.rport) << c.text;
    }
}

// An answer with a Via that cannot be read must not pass for one with a Via less (H1).
TEST(Via, KeepsItsPlace_WhenItCannotBeRead) {
    for (const char* text : {"nonsense", "", "SIP/2.0", ";branch=b", "SIP/2.0/UDP [2001:db8::1"}) {
        const auto m = parse(crlf("SIP/2.0 200 OK\nVia: SIP/2.0/UDP a;branch=1,") + text +
                             ", SIP/2.0/UDP b;branch=2\r\n\r\n");
        ASSERT_TRUE(m) << text;
        ASSERT_THAT(m->vias, SizeIs(3)) << text;
        EXPECT_EQ(m->vias[2].host, "b") << text;
    }
    EXPECT_THAT(parse("SIP/2.0 200 OK\r\nVia:\r\nVia: SIP/2.0/UDP a\r\n\r\n")->vias, SizeIs(2));
}

TEST(Contact, IsReadInAllItsForms) {
    struct Case {
        const char* text;
        std::vector<Contact> contacts;
    };
    const auto at = [](const char* text, const char* user, const char* host, int port,
                       std::optional<std::uint32_t> expires) {
        Contact contact;
        contact.uri.text = Text::of(text);
        contact.uri.user = Text::of(user);
        contact.uri.host = Text::of(host);
        if (port != 0)
            contact.uri.port = static_cast<std::uint16_t>(port);
        contact.expires = expires;
        return contact;
    };
    Contact star;
    star.star = true;
    const Case cases[] = {
        {"<sip:a@192.0.2.7:5062>", {at("sip:a@192.0.2.7:5062", "a", "192.0.2.7", 5062, {})}},
        {"<sip:a@192.0.2.7;ob>;expires=60;+sip.instance=\"<urn:x,y>\"",
         {at("sip:a@192.0.2.7", "a", "192.0.2.7", 0, 60)}},
        {"sip:a@192.0.2.7;expires=60", {at("sip:a@192.0.2.7", "a", "192.0.2.7", 0, 60)}},
        {"<sip:[2001:DB8::1]:5060>", {at("sip:[2001:DB8::1]:5060", "", "2001:DB8::1", 5060, {})}},
        {"\"D, \\\"x\\\" <sip:a@b>\" <sip:c@d>, <tel:+1>;expires=0",
         {at("sip:c@d", "c", "d", 0, {}), at("tel:+1", "+1", "", 0, 0)}},
        {"*", {star}},
        {"<sip:a@b>;expires=x, <sip:a@[nonsense]>", {at("sip:a@b", "a", "b", 0, {})}},
    };
    for (const auto& c : cases) {
        const auto m = parse(a_register("Contact: " + std::string(c.text) + "\n"));
        ASSERT_TRUE(m) << c.text;
        ASSERT_EQ(m->contacts.size(), c.contacts.size()) << c.text;
        for (std::size_t i = 0; i < c.contacts.size(); ++i) {
            EXPECT_EQ(m->contacts[i].star, c.contacts[i].star) << c.text;
            EXPECT_EQ(m->contacts[i].uri.text, c.contacts[i].uri.text) << c.text;
            EXPECT_EQ(m->contacts[i].uri.user, c.contacts[i].uri.user) << c.text;
            EXPECT_EQ(m->contacts[i].uri.host, c.contacts[i].uri.host) << c.text;
            EXPECT_EQ(m->contacts[i].uri.port, c.contacts[i].uri.port) << c.text;
            EXPECT_EQ(m->contacts[i].expires, c.contacts[i].expires) << c.text;
        }
    }
}

TEST(Contact, HasAnAddress_WhenItsHostIsALiteral) {
    const auto address = [](const std::string& host) {
        const auto m = parse(a_register("Contact: <sip:a@" + host + ">\n"));
        return m->contacts.at(0).uri.address;
    };
    EXPECT_EQ(address("192.0.2.7"), Address::parse("192.0.2.7"));
    EXPECT_EQ(address("[2001:db8:0:0::1]"), Address::parse("2001:db8::1"));
    EXPECT_EQ(address("[::ffff:192.0.2.7]"), Address::parse("192.0.2.7"));
    EXPECT_EQ(address("ue.ims.test"), std::nullopt);
    EXPECT_EQ(address("192.0.02.7"), std::nullopt);
}

TEST(Register, IsClassedByAutsThenResponseThenNonce) {
    struct Case {
        const char* authorization; // nullptr: no such header
        RegisterClass expected;
    };
    using enum RegisterClass;
    const Case cases[] = {
        {nullptr, initial},
        {"Digest username=\"a@b\",nonce=\"\",response=\"\"", initial},
        {"Digest username=\"a@b\"", initial},
        {"DIGEST username=\"a@b\",nonce=\"n\",response=\"\"", network_auth_failure},
        {"Digest username=\"a@b\",nonce=\"n\"", network_auth_failure},
        {"Digest username=\"a@b\",nonce=\"n\",response=\"r\"", clear_response},
        {"Digest username=\"a@b\",nonce=\"n\",response=\"r\",auts=\"x\"", sync_failure},
        {"Digest username=\"a@b\",nonce=\"n\",response=\"\",auts=\"x\"", sync_failure},
        {"Digest username=\"a@b\",nonce=\"n\",auts=\"\"", network_auth_failure},
        {"Digest username=\"auts=x\",cnonce=\"n\"", initial},
        {"Basic YTpi", other_scheme},
        {"Bearer username=\"a@b\"", other_scheme},
    };
    for (const auto& c : cases) {
        const std::string text = c.authorization == nullptr ? "none" : c.authorization;
        const auto m =
            parse(a_register(c.authorization == nullptr ? "" : "Authorization: " + text + "\n"));
        ASSERT_TRUE(m) << text;
        EXPECT_EQ(m->register_class, c.expected) << text << " " << name(*m->register_class);
    }
}

TEST(Register, ClassesHaveNames) {
    EXPECT_EQ(name(RegisterClass::initial), "initial");
    EXPECT_EQ(name(RegisterClass::network_auth_failure), "network_auth_failure");
    EXPECT_EQ(name(RegisterClass::sync_failure), "sync_failure");
    EXPECT_EQ(name(RegisterClass::clear_response), "clear_response");
    EXPECT_EQ(name(RegisterClass::other_scheme), "other_scheme");
}

TEST(Impi, IsTheUsernameElseDerivedFromTo) {
    const auto impi = [](const std::string& lines) { return parse(a_register(lines))->impi(); };
    EXPECT_EQ(impi(""), "alice@ims.test");
    EXPECT_EQ(impi("Authorization: Digest username=\"001@ims.test\"\n"), "001@ims.test");
    EXPECT_EQ(impi("Authorization: Digest username=\"\"\n"), "alice@ims.test");
    EXPECT_EQ(impi("Authorization: Digest realm=\"x\"\n"), "alice@ims.test");
    EXPECT_EQ(impi("Authorization: Bearer username=\"001@ims.test\"\n"), "alice@ims.test");
    const auto tel = parse(crlf("REGISTER sip:a SIP/2.0\nTo: <tel:+15550100>\n\n"));
    EXPECT_EQ(tel->impi(), "+15550100");
    EXPECT_EQ(parse(crlf("REGISTER sip:a SIP/2.0\n\n"))->impi(), "");
    EXPECT_EQ(parse(crlf("REGISTER sip:a SIP/2.0\nTo: <sip:ims.test>\n\n"))->impi(), "");
}

TEST(Digest, TellsAbsentFromEmpty) {
    const auto m = parse(a_register("Authorization: Digest\tusername=\"a@b\" , realm=ims.test,\n"
                                    " nonce=\"\",\n uri=\"sip:x\", response = \"r\",auts=\"u\","
                                    "algorithm=AKAv1-MD5,integrity-protected=\"yes\"\n"));
    ASSERT_TRUE(m) << m.error().text();
    const Digest& d = *m->authorization;
    EXPECT_EQ(d.scheme, "Digest");
    EXPECT_EQ(d.username, "a@b");
    EXPECT_EQ(d.realm, "ims.test");
    EXPECT_EQ(d.nonce, "");
    EXPECT_EQ(d.uri, "sip:x");
    EXPECT_EQ(d.response, "r");
    EXPECT_EQ(d.auts, "u");
    EXPECT_EQ(d.algorithm, "AKAv1-MD5");
    EXPECT_EQ(d.integrity_protected, "yes");
    EXPECT_FALSE(d.has_keys);
    const auto bare = parse(a_register("Authorization: Digest username=\"a@b\"\n"));
    EXPECT_EQ(bare->authorization->nonce, std::nullopt);
    EXPECT_EQ(bare->authorization->response, std::nullopt);
    EXPECT_EQ(bare->authorization->auts, std::nullopt);
}

TEST(Challenge, IsTheFirstOfSchemeDigest) {
    const auto one =
        parse(an_answer("401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n1\","
                                            "ik=\"00\",ck=\"11\"\n"));
    ASSERT_TRUE(one->challenge);
    EXPECT_EQ(one->challenge->nonce, "n1");
    EXPECT_TRUE(one->challenge->has_keys);
    const auto several =
        parse(an_answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\n"
                                            "WWW-Authenticate: Digest nonce=\"n1\"\n"
                                            "WWW-Authenticate: Digest nonce=\"n2\"\n"));
    EXPECT_EQ(several->challenge->nonce, "n1");
    const auto none = parse(an_answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\n"));
    EXPECT_EQ(none->challenge->scheme, "Basic");
    EXPECT_EQ(none->challenge->nonce, std::nullopt);
}

TEST(Security, MechanismsAreReadFromAllHeaders) {
    const auto m = parse(
        a_register("Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;"
                   "spi-c=91731022;spi-s=91731023;port-c=32801;port-s=32800,\n"
                   " ipsec-3gpp; alg = \"hmac-md5-96\" ;EALG=null\n"
                   "Security-Client: tls;q=0.2\n"
                   "Security-Verify: ipsec-3gpp;spi-c=4294967296;port-c=70000\n"));
    ASSERT_TRUE(m) << m.error().text();
    ASSERT_THAT(m->security_client, SizeIs(3));
    const auto& first = m->security_client[0];
    EXPECT_EQ(first.mechanism, "ipsec-3gpp");
    EXPECT_EQ(first.alg, "hmac-sha-1-96");
    EXPECT_EQ(first.ealg, "aes-cbc");
    EXPECT_EQ(first.prot, "esp");
    EXPECT_EQ(first.mod, "trans");
    EXPECT_EQ(first.spi_c, 91731022U);
    EXPECT_EQ(first.spi_s, 91731023U);
    EXPECT_EQ(first.port_c, 32801);
    EXPECT_EQ(first.port_s, 32800);
    EXPECT_EQ(m->security_client[1].alg, "hmac-md5-96");
    EXPECT_EQ(m->security_client[1].ealg, "null");
    EXPECT_EQ(m->security_client[1].spi_c, std::nullopt);
    EXPECT_EQ(m->security_client[2].mechanism, "tls");
    ASSERT_THAT(m->security_verify, SizeIs(1));
    EXPECT_EQ(m->security_verify[0].spi_c, std::nullopt);
    EXPECT_EQ(m->security_verify[0].port_c, std::nullopt);
    EXPECT_THAT(m->security_server, SizeIs(0));
}

} // namespace
} // namespace gmguard::sip
