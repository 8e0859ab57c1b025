// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::ElementsAre;

class ModeApi : public ApiTest {
  protected:
    Response patch(const std::string& body) {
        return ask("PATCH", "/v1/mode", body, if_match("/v1/mode"));
    }
    std::string effective(int listener, const char* check) {
        const auto modes = json_of(ask("GET", "/v1/mode"));
        return std::string(
            modes.at("listeners").at(listener).at("effective").at(check).as_string());
    }
};

TEST_F(ModeApi, ShowsWhatHoldsAndWhoSaysSo) {
    const auto modes = json_of(ask("GET", "/v1/mode"));
    EXPECT_EQ(modes.at("default"), "monitor");
    EXPECT_EQ(modes.at("listeners").at(0).at("mode"), nullptr);
    EXPECT_EQ(modes.at("listeners").at(1).at("mode"), "enforce");
    EXPECT_EQ(effective(0, "home_domain"), "monitor");
    EXPECT_EQ(effective(1, "home_domain"), "enforce");
}

TEST_F(ModeApi, ChangesTheDefault) {
    const Response response = patch(R"({"default":"off"})");
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.header("ETag"), etag("/v1/mode"));
    EXPECT_EQ(effective(0, "side"), "off");
    EXPECT_EQ(effective(1, "side"), "enforce") << "its own mode comes first";
}

TEST_F(ModeApi, ChangesOneCheckEverywhere) {
    EXPECT_EQ(patch(R"({"checks":{"contact_source":"enforce"}})").status, 200u);
    EXPECT_EQ(effective(0, "contact_source"), "enforce");
    EXPECT_EQ(effective(0, "same_user"), "monitor");
}

TEST_F(ModeApi, ChangesOneListener) {
    EXPECT_EQ(patch(R"({"listener":"gm-v6","mode":null,"checks":{"limits":"off"}})").status, 200u);
    EXPECT_EQ(effective(1, "limits"), "off");
    EXPECT_EQ(effective(1, "side"), "monitor");
    EXPECT_EQ(effective(0, "limits"), "monitor");
}

TEST_F(ModeApi, TakesACheckBack_ByNull) {
    (void)patch(R"({"checks":{"limits":"off"}})");
    EXPECT_EQ(patch(R"({"checks":{"limits":null}})").status, 200u);
    EXPECT_EQ(effective(0, "limits"), "monitor");
}

TEST_F(ModeApi, ChangesNothing_WhenThePatchIsEmpty) {
    const std::string before = etag("/v1/mode");
    EXPECT_EQ(patch("{}").status, 200u);
    EXPECT_EQ(etag("/v1/mode"), before);
}

TEST_F(ModeApi, NeedsTheETagOfWhatItChanges) {
    const auto stale = if_match("/v1/mode");
    EXPECT_EQ(ask("PATCH", "/v1/mode", R"({"default":"off"})").status, 428u);
    EXPECT_EQ(patch(R"({"default":"off"})").status, 200u);
    EXPECT_EQ(ask("PATCH", "/v1/mode", R"({"default":"enforce"})", stale).status, 412u);
    EXPECT_EQ(guard_.modes_now.default_mode, GM_MODE_OFF);
}

TEST_F(ModeApi, AnswersAKnownETagBriefly) {
    const Response response = ask("GET", "/v1/mode", "", {{"If-None-Match", etag("/v1/mode")}});
    EXPECT_EQ(response.status, 304u);
    EXPECT_EQ(response.body, "");
}

TEST_F(ModeApi, SaysWhenAnUnconfirmedChangeFallsBack_UntilItIsConfirmed) {
    EXPECT_EQ(json_of(ask("GET", "/v1/mode")).at("falls_back"), nullptr);
    const auto shown = json_of(patch(R"({"default":"enforce","confirm_within_s":60})"));
    EXPECT_EQ(guard_.modes_asked.confirm_within_s, 60U);
    EXPECT_EQ(shown.at("falls_back"), "2026-01-02T00:01:00.000000Z");
    EXPECT_EQ(json_of(ask("GET", "/v1/status")).at("mode_falls_back"), shown.at("falls_back"));
    const Response confirmed = ask("POST", "/v1/mode:confirm");
    EXPECT_EQ(confirmed.status, 200U);
    EXPECT_EQ(json_of(confirmed).at("falls_back"), nullptr);
    EXPECT_EQ(confirmed.header("ETag"), etag("/v1/mode"));
}

TEST_F(ModeApi, RefusesToConfirm_WhereNothingWaits) {
    guard_.failure = Error{ErrorKind::conflict, 0, "mode", "no change waits to be confirmed", ""};
    EXPECT_EQ(ask("POST", "/v1/mode:confirm").status, 409U);
}

struct ApiModeRow {
    const char* body;
    std::vector<std::string> pointers;
};

const ApiModeRow kWrong[] = {
    {R"({"default":"ENFORCE"})", {"/default"}},
    {R"({"default":null})", {"/default"}},
    {R"({"default":2})", {"/default"}},
    {R"({"mode":"off"})", {"/mode"}},
    {R"({"listener":"gm","default":"off"})", {"/default"}},
    {R"({"listener":"","mode":"off"})", {"/listener"}},
    {R"({"checks":["limits"]})", {"/checks"}},
    {R"({"checks":{"limit":"off","side":"no","a/b":"off"}})",
     {"/checks/limit", "/checks/side", "/checks/a~1b"}},
    {R"({"modes":{}})", {"/modes"}},
    {R"({"confirm_within_s":0})", {"/confirm_within_s"}},
    {R"({"confirm_within_s":86401})", {"/confirm_within_s"}},
    {R"({"confirm_within_s":"60s"})", {"/confirm_within_s"}},
    {"[]", {""}},
    {"null", {""}},
};

TEST_F(ModeApi, RefusesWhatIsNoChange) {
    for (const ApiModeRow& row : kWrong) {
        const Response response = patch(row.body);
        EXPECT_EQ(response.status, 422u) << row.body;
        EXPECT_EQ(pointers_of(response), row.pointers) << row.body;
    }
    EXPECT_EQ(guard_.modes_now.default_mode, GM_MODE_MONITOR);
}

TEST_F(ModeApi, RefusesAMemberThatIsThereTwice) {
    EXPECT_EQ(problem_of(patch(R"({"default":"monitor","default":"off"})")), "malformed_request");
}

TEST_F(ModeApi, SaysSo_WhenAModeCannotBeHad) {
    guard_.failure = Error{ErrorKind::unsupported, 0, "listener gm", "no cgroup to enforce in", ""};
    EXPECT_EQ(patch(R"({"default":"enforce"})").status, 501u);
}

} // namespace
} // namespace gmguard::admin
