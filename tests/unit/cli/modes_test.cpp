// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "fake_server.hpp"

#include <gtest/gtest.h>

using namespace gmguard::cli;
namespace json = boost::json;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kModes = R"({"default":"monitor","listeners":[
    {"listener":"gm","mode":"enforce","checks":{"side":"off"},
     "effective":{"limits":"enforce","side":"off"}},
    {"listener":"b","mode":null,"checks":{},"effective":{"limits":"monitor","side":"monitor"}}]})";
constexpr const char* kEnforced = R"({"default":"enforce","listeners":[
    {"listener":"b","mode":null,"checks":{},"effective":{"limits":"enforce","side":"enforce"}}]})";

void answer_modes(FakeSession& fake, const char* body, const char* etag) {
    fake.server.answer(200, body, {{"ETag", etag}});
}

json::value body_of(const FakeSession& fake, std::size_t i) {
    return json::parse(fake.server.asked.at(i).body);
}

} // namespace

TEST(ModeGet, ShowsTheModeInEffect_AndWhoSaysSo) {
    FakeSession fake;
    answer_modes(fake, kModes, "\"1\"");
    EXPECT_EQ(mode_get(fake.session), Exit::ok);
    EXPECT_EQ(fake.out.str(), "default mode: monitor\n"
                              "LISTENER  CHECK   MODE     SAID BY\n"
                              "gm        limits  enforce  listener\n"
                              "gm        side    off      check\n"
                              "b         limits  monitor  default\n"
                              "b         side    monitor  default\n");
}

TEST(ModeGet, IsTheDaemonsDocument_InJson) {
    FakeSession fake(Format::json);
    answer_modes(fake, kModes, "\"1\"");
    EXPECT_EQ(mode_get(fake.session), Exit::ok);
    EXPECT_EQ(json::parse(fake.out.str()), json::parse(kModes));
}

TEST(ModeSet, ChangesACheckOnEveryListener) {
    FakeSession fake;
    answer_modes(fake, kModes, "\"1\"");
    answer_modes(fake, kEnforced, "\"2\"");
    EXPECT_EQ(mode_set(fake.session, {"side", "enforce", ""}), Exit::ok);
    EXPECT_EQ(fake.server.questions(), (Lines{"GET /v1/mode", "PATCH /v1/mode"}));
    EXPECT_EQ(fake.server.asked[1].header("If-Match"), "\"1\"");
    EXPECT_EQ(body_of(fake, 1), json::parse(R"({"checks":{"side":"enforce"}})"));
    EXPECT_EQ(fake.out.str(), "default mode: enforce\n"
                              "LISTENER  CHECK  MODE     SAID BY\n"
                              "b         side   enforce  default\n");
}

TEST(ModeSet, ChangesACheckOfOneListener_AndForgetsIt) {
    FakeSession fake;
    answer_modes(fake, kModes, "\"1\"");
    answer_modes(fake, kModes, "\"2\"");
    EXPECT_EQ(mode_set(fake.session, {"side", "default", "gm"}), Exit::ok);
    EXPECT_EQ(body_of(fake, 1), json::parse(R"({"listener":"gm","checks":{"side":null}})"));
}

TEST(ModeSet, ChangesAllOfOneListener) {
    FakeSession fake;
    answer_modes(fake, kModes, "\"1\"");
    answer_modes(fake, kModes, "\"2\"");
    EXPECT_EQ(mode_set(fake.session, {"all", "off", "gm"}), Exit::ok);
    const auto body = body_of(fake, 1);
    EXPECT_EQ(text(body, "listener"), "gm");
    EXPECT_EQ(text(body, "mode"), "off");
    EXPECT_FALSE(body.as_object().contains("default"));
    const auto& checks = member(body, "checks").as_object();
    EXPECT_EQ(checks.size(), std::size_t{GM_CHECK_COUNT});
    EXPECT_TRUE(checks.at("side").is_null()) << "no check keeps a mode of its own";
    EXPECT_EQ(fake.server.asked.size(), 2U);
}

TEST(ModeSet, ChangesAllEverywhere_AlsoOnListenersWithAModeOfTheirOwn) {
    FakeSession fake;
    answer_modes(fake, kModes, "\"1\"");
    answer_modes(fake, kModes, "\"2\"");
    answer_modes(fake, kEnforced, "\"3\"");
    EXPECT_EQ(mode_set(fake.session, {"all", "enforce", ""}), Exit::ok);
    EXPECT_EQ(fake.server.questions(), (Lines{"GET /v1/mode", "PATCH /v1/mode", "PATCH /v1/mode"}));
    EXPECT_EQ(text(body_of(fake, 1), "default"), "enforce");
    EXPECT_EQ(body_of(fake, 2), json::parse(R"({"listener":"gm","mode":null})"));
    EXPECT_EQ(fake.server.asked[2].header("If-Match"), "\"2\"") << "of the change before";
}

TEST(ModeSet, AsksToFallBack_InEveryChangeItIsMadeOf) {
    FakeSession fake;
    answer_modes(fake, kModes, "\"1\"");
    answer_modes(fake, kModes, "\"2\"");
    answer_modes(fake,
                 R"({"default":"enforce","listeners":[],"falls_back":"2026-01-02T03:05:05Z"})",
                 "\"3\"");
    EXPECT_EQ(mode_set(fake.session, {"all", "enforce", "", false, 60}), Exit::ok);
    EXPECT_EQ(number(body_of(fake, 1), "confirm_within_s"), 60U);
    EXPECT_EQ(number(body_of(fake, 2), "confirm_within_s"), 60U);
    EXPECT_NE(fake.out.str().find("unconfirmed: modes fall back in 1m00s; to keep them: gmguard "
                                  "confirm\n"),
              std::string::npos)
        << fake.out.str();
}

TEST(Confirm, KeepsThem) {
    FakeSession fake;
    answer_modes(fake, kEnforced, "\"1\"");
    EXPECT_EQ(confirm(fake.session), Exit::ok);
    EXPECT_EQ(fake.server.questions(), Lines{"POST /v1/mode:confirm"});
    EXPECT_EQ(fake.out.str().find("unconfirmed"), std::string::npos);
}

TEST(Confirm, SaysConflict_WhereNothingWaits) {
    FakeSession fake;
    fake.server.answer(409, R"({"status":409,"title":"Conflict","detail":"nothing waits"})");
    EXPECT_EQ(confirm(fake.session), Exit::conflict);
}

TEST(ModeSet, RefusesWhatIsNoCheck_WithoutAskingTheDaemon) {
    FakeSession fake;
    EXPECT_EQ(mode_set(fake.session, {"selector_uniq", "off", ""}), Exit::usage);
    EXPECT_EQ(fake.err.str(),
              "gmguard: \"selector_uniq\" is no check; did you mean \"selector_unique\"?\n");
    EXPECT_EQ(mode_set(fake.session, {"all", "default", ""}), Exit::usage);
    EXPECT_TRUE(fake.server.asked.empty());
}

TEST(ModeSet, SaysConflict_WhenSomebodyElseChangedIt) {
    FakeSession fake;
    answer_modes(fake, kModes, "\"1\"");
    fake.server.answer(412, R"({"status":412,"title":"It has changed since","detail":"changed"})");
    EXPECT_EQ(mode_set(fake.session, {"side", "off", ""}), Exit::conflict);
}
