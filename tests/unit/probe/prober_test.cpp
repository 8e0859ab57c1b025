// SPDX-License-Identifier: BSD-2-Clause
// Which phone is asked, when again, and what is taken for its answer.
#include "probe/prober.hpp"

#include "sip/message.hpp"

#include <gtest/gtest.h>

namespace gmguard::probe {
namespace {

using binding::kSecond;

constexpr std::uint64_t kBegun = 100 * kSecond;

binding::Probe probe(std::uint64_t number = 1, const char* phone = "192.0.2.7:5062") {
    return {number, 40 + number, *Endpoint::parse(phone), *Endpoint::parse("192.0.2.1:6100"), 1};
}

Names names(const std::string& which = "1") {
    return {"z9hG4bK-" + which, "gmguard-" + which, "t" + which};
}

// What the phone would answer to the question.
binding::Heard answer(const Question& question, const std::string& line = "200 OK") {
    std::string text = "SIP/2.0 " + line + "\r\n";
    for (const char* name : {"Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: "}) {
        const auto begin = question.text.find(std::string("\r\n") + name) + 2;
        text += question.text.substr(begin, question.text.find("\r\n", begin) + 2 - begin);
    }
    return {kBegun, question.phone, question.pcscf, 1,
            *sip::parse(text + "Content-Length: 0\r\n\r\n")};
}

} // namespace

TEST(Options, AreOneFromThePcscfsSocketToThePhones) {
    for (const auto* phone : {"192.0.2.7:5062", "[2001:db8::7]:5062"}) {
        const auto text =
            options_to(*Endpoint::parse(phone), *Endpoint::parse("192.0.2.1:6100"), names());
        const auto message = sip::parse(text);
        ASSERT_TRUE(message) << message.error().text() << text;
        EXPECT_EQ(message->method, "OPTIONS");
        EXPECT_EQ(message->request_uri->text, std::string("sip:") + phone);
        ASSERT_EQ(message->vias.size(), 1U);
        EXPECT_EQ(message->vias.front().host, "192.0.2.1");
        EXPECT_EQ(message->vias.front().port, 6100);
        EXPECT_EQ(message->vias.front().branch, "z9hG4bK-1");
        EXPECT_EQ(message->call_id, "gmguard-1");
    }
}

TEST(Prober, AsksThreeTimesInEightSeconds) {
    Prober prober;
    const auto first = prober.begin(probe(), names(), kBegun);
    std::vector<std::uint64_t> sent{0}, over;
    for (std::uint64_t s = 1; s < 20; ++s) {
        const auto due = prober.tick(kBegun + s * kSecond);
        for (const auto& question : due.again) {
            EXPECT_EQ(question.text, first.text);
            sent.push_back(s);
        }
        for (const auto& ended : due.over) {
            EXPECT_EQ(ended.number, 1u);
            EXPECT_EQ(ended.subscriber, 41u);
            EXPECT_FALSE(ended.answered);
            over.push_back(s);
        }
    }
    EXPECT_EQ(sent, (std::vector<std::uint64_t>{0, 2, 4}));
    EXPECT_EQ(over, (std::vector<std::uint64_t>{8}));
    EXPECT_FALSE(prober.due_ns());
}

TEST(Prober, IsAnswered_ByWhateverThePhoneSays) {
    for (const auto* line : {"200 OK", "100 Trying", "404 Not Found", "503 Service Unavailable"}) {
        Prober prober;
        const auto question = prober.begin(probe(), names(), kBegun);
        const auto ended = prober.hear(answer(question, line));
        ASSERT_TRUE(ended) << line;
        EXPECT_TRUE(ended->answered);
        EXPECT_EQ(ended->subscriber, 41u);
        EXPECT_FALSE(prober.hear(answer(question, line))) << "a second time";
        EXPECT_TRUE(prober.tick(kBegun + kSeries).over.empty());
    }
}

// Who has not got the question cannot answer it.
TEST(Prober, IsNotAnswered_ByWhatRepeatsNoneOfItsNames) {
    Prober prober;
    const auto question = prober.begin(probe(), names(), kBegun);
    auto other_source = answer(question), other_branch = answer(question),
         other_call = answer(question), a_request = answer(question), no_via = answer(question);
    other_source.source.port = 5063;
    other_branch.message.vias.front().branch = "z9hG4bK-2";
    other_call.message.call_id = "gmguard-2";
    a_request.message.request = true;
    no_via.message.vias.clear();
    for (const auto& heard : {other_source, other_branch, other_call, a_request, no_via})
        EXPECT_FALSE(prober.hear(heard));
    EXPECT_TRUE(prober.hear(answer(question)));
}

TEST(Prober, TellsSeriesApart) {
    Prober prober;
    const auto one = prober.begin(probe(1), names("1"), kBegun);
    const auto two = prober.begin(probe(2, "192.0.2.8:5062"), names("2"), kBegun + kSecond);
    EXPECT_EQ(prober.hear(answer(two))->number, 2u);
    EXPECT_EQ(prober.due_ns(), kBegun + 2 * kSecond);
    EXPECT_EQ(prober.hear(answer(one))->number, 1u);
}

TEST(Prober, TakesThePhoneForThere_WhereItCannotBeAsked) {
    Prober prober;
    (void)prober.begin(probe(), names(), kBegun);
    EXPECT_TRUE(prober.give_up(1)->answered);
    EXPECT_FALSE(prober.give_up(1));
    EXPECT_FALSE(prober.due_ns());
}

} // namespace gmguard::probe
