// SPDX-License-Identifier: BSD-2-Clause
// URIs, and the headers that are lists of them.
#include "sip/message.hpp"

#include "unit/sip/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmguard::sip {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts(const std::vector<Uri>& uris) {
    std::vector<std::string> all;
    for (const auto& uri : uris)
        all.push_back(uri.text.string());
    return all;
}

TEST(AssociatedUris, AreThoseOfAllHeadersInOrder) {
    const auto m =
        parse(an_answer("200 OK", "P-Associated-URI: <sip:+15550100@ims.test>, <tel:+15550100>\n"
                                  "P-Associated-URI: \"W, ork\" <sip:work@ims.test>;x=y,\n"
                                  "  sip:bare@ims.test;z\n"
                                  "p-associated-uri: <urn:service:sos>, <sip:a b@c>, <sip:d@e>\n"));
    ASSERT_TRUE(m) << m.error().text();
    EXPECT_THAT(texts(m->associated_uris),
                ElementsAre("sip:+15550100@ims.test", "tel:+15550100", "sip:work@ims.test",
                            "sip:bare@ims.test", "urn:service:sos", "sip:d@e"));
}

TEST(IdentityHeaders, AreKeptApart) {
    const auto m = parse(a_register("P-Preferred-Identity: \"A\" <sip:a@b;user=phone>\n"
                                    "P-Asserted-Identity: <sip:c@d>, <tel:+1>\n"
                                    "Route: <sip:p.ims.test;lr>, <sip:[2001:db8::1]:5060;lr>\n"
                                    "Event: reg;id=7\n"));
    ASSERT_TRUE(m);
    EXPECT_THAT(texts(m->preferred_identities), ElementsAre("sip:a@b"));
    EXPECT_THAT(texts(m->asserted_identities), ElementsAre("sip:c@d", "tel:+1"));
    EXPECT_THAT(texts(m->routes), ElementsAre("sip:p.ims.test", "sip:[2001:db8::1]:5060"));
    EXPECT_EQ(m->routes[1].address, Address::parse("2001:db8::1"));
    EXPECT_THAT(m->associated_uris, IsEmpty());
    EXPECT_EQ(m->event, "reg");
}

TEST(Uri, IsTakenApart) {
    struct Case {
        const char* written;
        const char* text;
        const char* scheme;
        const char* user;
        const char* host;
        int port;
    };
    const Case cases[] = {
        {"sip:Alice@IMS.test;user=phone", "sip:Alice@IMS.test", "sip", "Alice", "IMS.test", 0},
        {"SIPS:a@b:5061?x=y", "SIPS:a@b:5061", "sips", "a", "b", 5061},
        {"tel:+1-555;phone-context=x", "tel:+1-555;phone-context=x", "tel",
         "+1-555;phone-context=x", "", 0},
        {"sip:ims.test", "sip:ims.test", "sip", "", "ims.test", 0},
        {"URN:service:sos", "URN:service:sos", "urn", "URN:service:sos", "", 0},
        {"sip:a:b@c", "sip:a:b@c", "sip", "a:b", "c", 0},
    };
    for (const auto& c : cases) {
        const auto m = parse("MESSAGE " + std::string(c.written) + " SIP/2.0\r\n\r\n");
        ASSERT_TRUE(m) << c.written;
        ASSERT_TRUE(m->request_uri) << c.written;
        EXPECT_EQ(m->request_uri->text, c.text);
        EXPECT_EQ(m->request_uri->scheme, c.scheme);
        EXPECT_EQ(m->request_uri->user, c.user);
        EXPECT_EQ(m->request_uri->host, c.host);
        EXPECT_EQ(m->request_uri->port.value_or(0), c.port);
    }
}

TEST(Uri, IsLeftOut_WhenItBreaksItsGrammar) {
    for (const char* uri : {"sip:", "sip:a@", "sip:a@b@c", "sip:a@b:0", "sip:a@b:05060",
                            "sip:a@b:65536", "sip:a@[2001:db8::1", "sip:a@[fe80::1%25eth0]"}) {
        const auto m = parse(a_register("P-Preferred-Identity: <" + std::string(uri) + ">\n"));
        ASSERT_TRUE(m) << uri;
        EXPECT_THAT(m->preferred_identities, IsEmpty()) << uri;
    }
}

TEST(Party, IsLeftOut_WhenThereIsNotExactlyOne) {
    const auto with = [](const std::string& to) {
        return parse(crlf("REGISTER sip:a SIP/2.0\nTo: " + to + "\n\n"));
    };
    EXPECT_TRUE(with("<sip:a@b>")->to);
    EXPECT_FALSE(with("<sip:a@b>, <sip:c@d>")->to);
    EXPECT_FALSE(with("")->to);
    EXPECT_FALSE(with("\"open <sip:a@b>")->to);
}

} // namespace
} // namespace gmguard::sip
