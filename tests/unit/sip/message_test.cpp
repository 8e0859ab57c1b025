// SPDX-License-Identifier: BSD-2-Clause
// Start lines, the headers that every message has, and what is not taken for a message.
#include "sip/message.hpp"

#include "gmguard/abi/limits.h"
#include "unit/sip/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace gmguard::sip {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Message, IsReadAsARequest) {
    const auto m = parse(a_register());
    ASSERT_TRUE(m) << m.error().text();
    EXPECT_TRUE(m->request);
    EXPECT_EQ(m->method, "REGISTER");
    EXPECT_EQ(m->status, 0);
    EXPECT_EQ(m->request_uri->text, "sip:ims.test");
    EXPECT_EQ(m->request_uri->user, "");
    EXPECT_EQ(m->from->text, "sip:alice@ims.test");
    EXPECT_EQ(m->from_tag, "f1");
    EXPECT_EQ(m->to->user, "alice");
    EXPECT_EQ(m->to->host, "ims.test");
    EXPECT_EQ(m->to_tag, "");
    EXPECT_EQ(m->call_id, "c1@192.0.2.7");
    EXPECT_EQ(m->cseq, 7U);
    EXPECT_EQ(m->cseq_method, "REGISTER");
    EXPECT_EQ(m->expires, std::nullopt);
    EXPECT_THAT(m->contacts, IsEmpty());
    EXPECT_FALSE(m->authorization);
    EXPECT_FALSE(m->challenge);
}

TEST(Message, IsReadAsAResponse) {
    const auto m = parse(an_answer("200 OK", "Expires: 600\n"));
    ASSERT_TRUE(m);
    EXPECT_FALSE(m->request);
    EXPECT_EQ(m->status, 200);
    EXPECT_EQ(m->method, "REGISTER");
    EXPECT_EQ(m->to_tag, "t1");
    EXPECT_EQ(m->expires, 600U);
    EXPECT_FALSE(m->request_uri);
    EXPECT_FALSE(m->register_class);
}

TEST(Message, OwnsItsText) {
    auto payload = std::make_unique<std::string>(a_register());
    const auto m = parse(*payload);
    payload->assign(payload->size(), 'x');
    payload.reset();
    EXPECT_EQ(m->call_id, "c1@192.0.2.7");
}

TEST(Message, IsReadFromCompactAndFoldedHeaders) {
    const auto m = parse(crlf("REGISTER sip:ims.test SIP/2.0\n"
                              "v: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa\n"
                              "f :\n <sip:alice@ims.test>\n ;tag=f1\n"
                              "T: \"A, <B>\" <sip:alice@ims.test>\n"
                              "i: c1\n"
                              "CSEQ: 1\n\tREGISTER\n"
                              "m: <sip:alice@192.0.2.7:5062>\n  ;expires=60\n\n"));
    ASSERT_TRUE(m) << m.error().text();
    EXPECT_EQ(m->from->text, "sip:alice@ims.test");
    EXPECT_EQ(m->from_tag, "f1");
    EXPECT_EQ(m->to->text, "sip:alice@ims.test");
    EXPECT_EQ(m->call_id, "c1");
    EXPECT_EQ(m->cseq, 1U);
    EXPECT_EQ(m->cseq_method, "REGISTER");
    ASSERT_THAT(m->contacts, SizeIs(1));
    EXPECT_EQ(m->contacts[0].expires, 60U);
}

TEST(Message, FailsWithItsReason) {
    struct Case {
        const char* name;
        std::string payload;
        const char* reason;
    };
    const std::string whole = a_register();
    const Case cases[] = {
        {"nothing", "", "not_sip"},
        {"a keep-alive", "\r\n\r\n", "not_sip"},
        {"noise", std::string(300, '\x17'), "not_sip"},
        {"HTTP", crlf("GET / HTTP/1.1\n\n"), "not_sip"},
        {"no empty line", whole.substr(0, whole.size() - 2), "malformed"},
        {"a bare LF", crlf("REGISTER sip:a SIP/2.0\nTo: <sip:a@b>") + "\nX: y\r\n\r\n",
         "ambiguous"},
        {"a bare CR", crlf("REGISTER sip:a SIP/2.0\nTo: <sip:a@b>") + "\rX: y\r\n\r\n",
         "ambiguous"},
        {"NUL", a_register(std::string("X: a\0b\n", 7)), "ambiguous"},
        {"two To", a_register("To: <sip:bob@ims.test>\n"), "ambiguous"},
        {"two From", a_register("f: <sip:bob@ims.test>\n"), "ambiguous"},
        {"two Call-ID", a_register("Call-ID: c2\n"), "ambiguous"},
        {"two CSeq", a_register("CSeq: 8 REGISTER\n"), "ambiguous"},
        {"two Expires", a_register("Expires: 0\nExpires: 60\n"), "ambiguous"},
        {"two Authorization",
         a_register("Authorization: Digest username=\"a@b\"\n"
                    "Authorization: Digest username=\"c@d\"\n"),
         "ambiguous"},
        {"a digest parameter twice",
         a_register("Authorization: Digest username=\"a@b\",username=\"c@d\"\n"), "ambiguous"},
        {"an open quote in Authorization", a_register("Authorization: Digest username=\"a@b\n"),
         "ambiguous"},
        {"too long", a_register("X: " + std::string(9000, 'x') + "\n"), "oversize"},
        {"too many lines", a_register([] {
             std::string lines;
             for (int i = 0; i < 200; ++i)
                 lines += "X: y\n";
             return lines;
         }()),
         "oversize"},
    };
    for (const auto& c : cases) {
        const auto m = parse(c.payload);
        ASSERT_FALSE(m) << c.name;
        EXPECT_EQ(m.error().kind, ErrorKind::invalid) << c.name;
        EXPECT_THAT(m.error().what, StartsWith(std::string(c.reason) + ": ")) << c.name;
    }
}

TEST(Message, IsShownAsFarAsItGoes_WhereItMustNotBeActedOn) {
    const auto reading = read(a_register("To: <sip:bob@ims.test>\n"));
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->reason, GM_REASON_ambiguous);
    EXPECT_FALSE(reading->why.empty());
    EXPECT_EQ(reading->message.to->text, "sip:alice@ims.test");
    const auto whole = a_register("Contact: <sip:alice@192.0.2.7>\n");
    const auto cut = read(std::string_view(whole).substr(0, whole.size() - 2));
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->reason, GM_REASON_malformed);
    EXPECT_THAT(cut->message.contacts, SizeIs(1));
    const auto good = read(whole);
    EXPECT_EQ(good->reason, GM_REASON_none);
    EXPECT_EQ(good->why, "");
    EXPECT_FALSE(read("nonsense"));
}

TEST(Message, OutlivesWhatItWasCopiedFrom) {
    auto first = std::make_unique<Message>(*parse(a_register()));
    const Message copy = *first;
    first.reset();
    EXPECT_EQ(copy.call_id, "c1@192.0.2.7");
    EXPECT_EQ(copy.to->text, "sip:alice@ims.test");
}

TEST(Message, IsReadAnewIntoOneThatWasRead) {
    Message message;
    ASSERT_TRUE(parse(a_register("Contact: <sip:alice@192.0.2.7>\n"), message));
    ASSERT_TRUE(parse(an_answer("200 OK"), message));
    EXPECT_FALSE(message.request);
    EXPECT_THAT(message.contacts, IsEmpty());
    EXPECT_FALSE(parse("nonsense", message));
    EXPECT_EQ(message.call_id, "");
}

bool lies_in(std::string_view text, std::string_view payload) {
    return text.data() >= payload.data() &&
           text.data() + text.size() <= payload.data() + payload.size();
}

TEST(Message, IsHeardAsItIsRead_WithoutACopy) {
    const auto payload =
        a_register("Contact: <sip:alice@192.0.2.7>;expires=60\n"
                   "Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;port-c=5062\n"
                   "Authorization: Digest username=\"a@ims.test\",nonce=\"n\",response=\"r\"\n");
    const auto whole = parse(payload);
    Message heard;
    ASSERT_TRUE(hear(payload, Depth::registration, heard));
    EXPECT_EQ(heard.method, whole->method);
    EXPECT_EQ(heard.to->text, whole->to->text);
    EXPECT_EQ(heard.from_tag, whole->from_tag);
    EXPECT_EQ(heard.call_id, whole->call_id);
    EXPECT_EQ(heard.cseq, whole->cseq);
    EXPECT_EQ(heard.vias.front().branch, whole->vias.front().branch);
    EXPECT_EQ(heard.contacts.front().expires, 60U);
    EXPECT_EQ(heard.security_client.front().port_c, 5062);
    EXPECT_EQ(heard.impi(), "a@ims.test");
    EXPECT_EQ(heard.authorization->nonce->view(), "n");
    for (const auto text : {heard.call_id.view(), heard.to->text.view(),
                            heard.vias.front().branch.view(), heard.contacts[0].uri.host.view()})
        EXPECT_TRUE(lies_in(text, payload)) << text;
    EXPECT_EQ(heard.memory, nullptr);
}

TEST(Message, IsHeardWithoutWhatNoRegistrationIsJudgedBy) {
    const auto payload = a_register("Security-Client: ipsec-3gpp;alg=hmac-sha-1-96\n"
                                    "Route: <sip:192.0.2.1;lr>\n"
                                    "Authorization: Digest username=\"a\",response=\"r\"\n");
    Message heard;
    ASSERT_TRUE(hear(payload, Depth::hop, heard));
    EXPECT_FALSE(heard.request_uri || heard.from || heard.register_class);
    EXPECT_FALSE(heard.authorization->response);
    EXPECT_THAT(heard.routes, IsEmpty());
    EXPECT_THAT(heard.security_client, IsEmpty());
}

TEST(Message, IsHeardInOnePiece_WhenItIsFolded) {
    const auto folded = a_register("Contact: <sip:alice@192.0.2.7>\n"
                                   "Authorization: Digest username=\"a\",nonce=\"x\n  y\"\n");
    const auto whole = parse(folded);
    Message heard;
    ASSERT_EQ(hear(folded, Depth::registration, heard), whole.has_value());
    ASSERT_TRUE(whole);
    EXPECT_EQ(heard.authorization->nonce->view(), "x y");
    EXPECT_NE(heard.memory, nullptr);
}

TEST(Message, IsHeardAnew) {
    const auto first = a_register("Contact: <sip:alice@192.0.2.7>\nExpires: 7\n");
    const auto second = an_answer("200 OK");
    Message heard;
    ASSERT_TRUE(hear(first, Depth::registration, heard));
    ASSERT_TRUE(hear(second, Depth::registration, heard));
    EXPECT_FALSE(heard.request);
    EXPECT_EQ(heard.status, 200);
    EXPECT_THAT(heard.contacts, IsEmpty());
    EXPECT_THAT(heard.vias, SizeIs(parse(second)->vias.size()));
    EXPECT_FALSE(heard.expires);
    EXPECT_FALSE(hear("nonsense", Depth::registration, heard));
    EXPECT_EQ(heard.call_id, "");
}

TEST(StatusOf, IsThatOfTheStartLine) {
    EXPECT_EQ(status_of(an_answer("401 Unauthorized")), 401);
    for (const char* text : {"", "SIP/2.0 ", "SIP/2.0 40", "SIP/2.0 4x1 Y", "SIP/3.0 200 OK"})
        EXPECT_TRUE(status_of(text) < 100) << text;
    EXPECT_EQ(status_of(a_register()), 0);
}

TEST(Message, IsReadUpToTheLongest) {
    const std::size_t base = a_register("X: \n").size();
    const auto longest = a_register("X: " + std::string(GM_SIP_MAX - base, 'x') + "\n");
    ASSERT_EQ(longest.size(), std::size_t{GM_SIP_MAX});
    EXPECT_TRUE(parse(longest));
    EXPECT_FALSE(parse(a_register("X: " + std::string(GM_SIP_MAX - base + 1, 'x') + "\n")));
}

// Every prefix and every single changed byte of a message: no crash (sanitizers), nothing that is
// cut is acted on, and what is acted on is still the answer that its start line says.
TEST(Message, SurvivesMutilation) {
    const std::string whole =
        an_answer("401 Unauthorized",
                  "WWW-Authenticate: Digest realm=\"ims.test\",nonce=\"abc\",qop=\"auth\"\n"
                  "Security-Server: ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;spi-c=4096;port-s=6100\n"
                  "Contact: \"a, b\" <sip:a@[2001:db8::1]:5060>;expires=5, *\n"
                  "P-Associated-URI: <sip:a@b>, <tel:+1>\n");
    std::size_t accepted = 0;
    Message heard;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        EXPECT_FALSE(parse(std::string_view(whole).substr(0, i)));
        for (const char c : {'\0', '"', ',', ';', '<', '>', '\r', '\n', ' ', '=', ':', '\xff'}) {
            std::string changed = whole;
            changed[i] = c;
            const auto m = parse(changed);
            accepted += m ? 1 : 0;
            EXPECT_EQ(hear(changed, Depth::registration, heard), m.has_value()) << changed;
            EXPECT_TRUE(!m || i < 12 || (!m->request && m->status == 401)) << changed;
        }
    }
    EXPECT_GT(accepted, whole.size());
}

} // namespace
} // namespace gmguard::sip
