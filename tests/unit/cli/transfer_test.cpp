// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "fake_server.hpp"
#include "harness/temporary_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace gmguard::cli;
namespace json = boost::json;
using testing::HasSubstr;

namespace {

constexpr const char* kAlice =
    R"({"source":"192.0.2.7:5060","impi":"a@x","impus":["sip:a@x"],"expires_s":60})";

gmguard::test::TemporaryFile file_of(const std::string& text) {
    return gmguard::test::TemporaryFile({text.begin(), text.end()});
}

json::value body_of(const FakeSession& fake, std::size_t i) {
    return json::parse(fake.server.asked.at(i).body);
}

} // namespace

TEST(BindingsExport, IsALineEach_OfAllPages) {
    FakeSession fake;
    fake.server.answer(200, std::string(R"({"items":[)") + kAlice +
                                R"(],"left_out":1,"next_cursor":"7"})");
    fake.server.answer(200, std::string(R"({"items":[)") + kAlice +
                                R"(],"left_out":0,"next_cursor":null})");
    EXPECT_EQ(bindings_export(fake.session), Exit::ok);
    EXPECT_EQ(
        fake.server.questions(),
        (std::vector<std::string>{"GET /v1/bindings:export", "GET /v1/bindings:export?cursor=7"}));
    EXPECT_EQ(fake.out.str(), std::string(kAlice) + "\n" + kAlice + "\n");
    EXPECT_THAT(fake.err.str(), HasSubstr("1 bindings left out"));
}

TEST(BindingsImport, NamesTheLinesThatWereRefused) {
    const auto file = file_of(std::string(kAlice) + "\n\n" + kAlice + "\n");
    FakeSession fake;
    fake.server.answer(200, R"({"bound":1,"refused":[{"item":1,"detail":"is taken"}]})");
    EXPECT_EQ(bindings_import(fake.session, file.path()), Exit::conflict);
    EXPECT_EQ(body_of(fake, 0).at("items").as_array().size(), 2U);
    EXPECT_EQ(fake.out.str(), "1 bound, 1 refused\n" + file.path() + ":3: is taken\n");
}

TEST(BindingsImport, SaysWhereAFileIsWrong) {
    for (const auto& [text, place] : std::vector<std::pair<std::string, std::string>>{
             {"", ": there is nothing in it"},
             {"[]\n", ":1: this is no JSON object"},
             {std::string(kAlice) + "\nx\n", ":2: this is no JSON object"}}) {
        const auto file = file_of(text);
        FakeSession fake;
        EXPECT_EQ(bindings_import(fake.session, file.path()), Exit::failed) << text;
        EXPECT_THAT(fake.err.str(), HasSubstr(file.path() + place));
        EXPECT_TRUE(fake.server.asked.empty()) << "nothing is sent of a file that is wrong";
    }
}

TEST(BindingsImport, PutsTheDaemonsComplaintsAtTheirLines) {
    const auto file = file_of(std::string("\n") + kAlice + "\n");
    FakeSession fake;
    fake.server.answer(422, R"({"type":"t","title":"Invalid","status":422,"detail":"no",
                               "errors":[{"pointer":"/items/0/impi","detail":"is empty"}]})");
    EXPECT_EQ(bindings_import(fake.session, file.path()), Exit::usage);
    EXPECT_THAT(fake.err.str(), HasSubstr(file.path() + ":2/impi: is empty"));
}

TEST(ModeSet, AsksThePerson_WhereTheDaemonWantsConsent) {
    constexpr const char* kRefused =
        R"({"type":"/docs/errors#consent_required","title":"Consent is needed","status":409,
            "detail":"3 phones"})";
    constexpr const char* kModes = R"({"default":"enforce","listeners":[]})";
    for (const bool agrees : {false, true}) {
        FakeSession fake;
        fake.server.answer(200, kModes, {{"ETag", "\"1\""}});
        fake.server.answer(409, kRefused);
        fake.server.answer(200, kModes, {{"ETag", "\"2\""}});
        std::string asked;
        fake.session.agrees = [&](const std::string& question) {
            asked = question;
            return agrees;
        };
        EXPECT_EQ(mode_set(fake.session, {"identity_bound", "enforce", ""}),
                  agrees ? Exit::ok : Exit::conflict);
        EXPECT_EQ(asked, "3 phones");
        EXPECT_EQ(fake.server.asked.size(), agrees ? 3U : 2U);
    }
}
