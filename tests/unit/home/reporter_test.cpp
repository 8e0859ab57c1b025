// SPDX-License-Identifier: BSD-2-Clause
// What goes to the home network, and what its answers are taken for.
#include "home/reporter.hpp"

#include "sip/message.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace gmguard::home {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

binding::Failure failure() {
    return {0,          "001010000000017@ims.test", "sip:17@ims.test", "ims.test",
            "ims.test", "UvImZaYM/TkB+yOaE=",       "AKAv1-MD5"};
}

Endpoint from(const char* text = "198.51.100.1:40000") {
    return *Endpoint::parse(text);
}

Names names(const std::string& which = "1") {
    return {"z9hG4bK-" + which, "gmguard-" + which, "t" + which};
}

std::string answer_to(const std::string& request, const std::string& line) {
    std::string out = "SIP/2.0 " + line + "\r\n";
    for (const char* name : {"Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: "}) {
        const auto begin = request.find(std::string("\r\n") + name) + 2;
        out += request.substr(begin, request.find("\r\n", begin) + 2 - begin);
    }
    return out + "Content-Length: 0\r\n\r\n";
}

TEST(Report, IsARegisterThatSaysTheAuthenticationFailed) {
    const auto report = report_of(failure(), from(), names());
    ASSERT_TRUE(report);
    const auto message = sip::parse(*report);
    ASSERT_TRUE(message) << message.error().text();
    EXPECT_EQ(message->method, "REGISTER");
    EXPECT_EQ(message->request_uri->text, "sip:ims.test");
    EXPECT_EQ(message->to->text, "sip:17@ims.test");
    EXPECT_EQ(message->from->text, "sip:17@ims.test");
    EXPECT_EQ(message->register_class, sip::RegisterClass::network_auth_failure);
    EXPECT_EQ(message->authorization->username, "001010000000017@ims.test");
    EXPECT_EQ(message->authorization->realm, "ims.test");
    EXPECT_EQ(message->authorization->nonce, failure().nonce);
    EXPECT_EQ(message->authorization->response, "");
    EXPECT_EQ(message->authorization->algorithm, "AKAv1-MD5");
    EXPECT_FALSE(message->authorization->auts);
    EXPECT_TRUE(message->contacts.empty());
    ASSERT_EQ(message->vias.size(), 1U);
    EXPECT_EQ(message->vias.front().host, "198.51.100.1");
    EXPECT_EQ(message->vias.front().port, 40000);
}

TEST(Report, NamesAnIpv6Sender) {
    const auto report = report_of(failure(), from("[2001:db8::1]:40000"), names());
    ASSERT_TRUE(report);
    const auto message = sip::parse(*report);
    ASSERT_TRUE(message) << message.error().text();
    EXPECT_EQ(message->vias.front().host, "2001:db8::1");
    EXPECT_EQ(message->call_id, "gmguard-1@[2001:db8::1]");
}

TEST(Report, IsRefused_WhereAHeaderCouldBeForged) {
    const std::vector<std::function<void(binding::Failure&)>> changes{
        [](auto& f) { f.impi = "a@b\"\r\nX: y"; },
        [](auto& f) { f.impi = "a\"b@c"; },
        [](auto& f) { f.impu = "sip:a@b>;x=<"; },
        [](auto& f) { f.nonce = "a\\"; },
        [](auto& f) { f.nonce = ""; },
        [](auto& f) { f.realm = "two words"; },
        [](auto& f) { f.domain = "a\r\nb"; },
        [](auto& f) { f.algorithm = "MD5\r\nX: y"; },
    };
    for (const auto& change : changes) {
        binding::Failure changed = failure();
        change(changed);
        const auto report = report_of(changed, from(), names());
        ASSERT_FALSE(report) << *report;
        EXPECT_EQ(report.error().kind, ErrorKind::invalid);
    }
}

TEST(Reporter, TellsTheFinalAnswer) {
    Reporter reporter;
    const auto request = reporter.begin(failure(), from(), names(), kSecond);
    ASSERT_TRUE(request);
    EXPECT_FALSE(reporter.hear(answer_to(*request, "100 Trying"))) << "it is not over";
    EXPECT_EQ(reporter.open(), 1U);
    const auto reported = reporter.hear(answer_to(*request, "403 Forbidden"));
    ASSERT_TRUE(reported);
    EXPECT_EQ(reported->status, 403);
    EXPECT_EQ(reported->impi, failure().impi);
    EXPECT_EQ(reported->call_id, "gmguard-1@198.51.100.1");
    EXPECT_FALSE(reporter.hear(answer_to(*request, "403 Forbidden"))) << "a second time";
    EXPECT_FALSE(reporter.due_ns());
}

TEST(Reporter, HearsNothingElse) {
    Reporter reporter;
    const auto request = reporter.begin(failure(), from(), names(), kSecond);
    ASSERT_TRUE(request);
    const auto other = [&](const std::string& what, const std::string& by) {
        std::string text = answer_to(*request, "200 OK");
        return text.replace(text.find(what), what.size(), by);
    };
    EXPECT_FALSE(reporter.hear("garbage"));
    EXPECT_FALSE(reporter.hear(*request));
    EXPECT_FALSE(reporter.hear(other("z9hG4bK-1", "z9hG4bK-2")));
    EXPECT_FALSE(reporter.hear(other("gmguard-1", "gmguard-2")));
    EXPECT_FALSE(reporter.hear(other("1 REGISTER", "1 INVITE")));
    EXPECT_EQ(reporter.open(), 1U);
}

TEST(Reporter, SendsTheSameAgain_AndGivesUp) {
    Reporter reporter;
    const auto request = reporter.begin(failure(), from(), names(), kSecond);
    ASSERT_TRUE(request);
    EXPECT_EQ(reporter.due_ns(), kSecond + kT1Ns);
    EXPECT_TRUE(reporter.tick(kSecond + kT1Ns - 1).again.empty());
    const auto due = reporter.tick(kSecond + kT1Ns);
    ASSERT_EQ(due.again.size(), 1U);
    EXPECT_EQ(due.again.front(), *request);
    const auto end = reporter.tick(kSecond + 64 * kT1Ns);
    ASSERT_EQ(end.over.size(), 1U);
    EXPECT_EQ(end.over.front().status, 0);
    EXPECT_EQ(reporter.open(), 0U);
}

TEST(Reporter, HasSoManyUnderWay_AndNoMore) {
    Reporter reporter;
    for (std::size_t i = 0; i < kOpenReports; ++i)
        ASSERT_TRUE(reporter.begin(failure(), from(), names(std::to_string(i)), kSecond));
    const auto one_more = reporter.begin(failure(), from(), names("more"), kSecond);
    ASSERT_FALSE(one_more);
    EXPECT_EQ(one_more.error().kind, ErrorKind::exhausted);
}

} // namespace
} // namespace gmguard::home
