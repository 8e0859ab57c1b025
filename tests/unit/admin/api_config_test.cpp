// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::HasSubstr;

class ConfigApi : public ApiTest {
  protected:
    Response check(const std::string& toml, const char* type = "application/toml") {
        return ask("POST", "/v1/config:check", toml, {{"Content-Type", type}});
    }
    Response reload(const std::string& body = "") { return ask("POST", "/v1/config:reload", body); }
};

TEST_F(ConfigApi, ShowsEachValueWithItsOrigin) {
    const auto shown = json_of(ask("GET", "/v1/config"));
    EXPECT_EQ(shown.at("items").at(0).at("key"), "mode");
    EXPECT_EQ(shown.at("items").at(0).at("value"), "monitor");
    EXPECT_EQ(shown.at("items").at(0).at("origin"), "gm.toml:1");
    EXPECT_EQ(shown.at("last_reload").at("success"), true);
}

TEST_F(ConfigApi, HasAnotherHash_WhenAValueIsAnother) {
    const auto hash = json_of(ask("GET", "/v1/config")).at("hash");
    const auto tag = etag("/v1/config");
    EXPECT_EQ(json_of(ask("GET", "/v1/config")).at("hash"), hash);
    guard_.configuration_now.items[0].json = "\"enforce\"";
    EXPECT_NE(json_of(ask("GET", "/v1/config")).at("hash"), hash);
    EXPECT_NE(etag("/v1/config"), tag);
    EXPECT_EQ(ask("GET", "/v1/config", "", {{"If-None-Match", etag("/v1/config")}}).status, 304u);
}

TEST_F(ConfigApi, ChecksAText_AndTellsEveryProblemWithItsPlace) {
    EXPECT_EQ(json_of(check("mode = \"off\"")).at("ok"), true);
    guard_.problems_now = {{"body", 3, 8, "unknown key", "did you mean"}, {"body", 0, 0, "x", ""}};
    const auto response = check("mod = 1");
    EXPECT_EQ(problem_of(response), "invalid");
    const auto problem = json_of(response);
    EXPECT_EQ(problem.at("errors").as_array().size(), 2u);
    EXPECT_EQ(problem.at("errors").at(0).at("line"), 3);
    EXPECT_EQ(problem.at("errors").at(0).at("column"), 8);
    EXPECT_EQ(problem.at("errors").at(0).at("hint"), "did you mean");
}

TEST_F(ConfigApi, ChecksTomlAlone) {
    EXPECT_EQ(check("{}", "application/json").status, 415u);
    EXPECT_EQ(check("a = 1", "application/toml; charset=utf-8").status, 200u);
}

TEST_F(ConfigApi, ReloadsAndSaysWhatChanged) {
    guard_.reloaded_now = {
        true,
        {{"listener[gm].mode", "\"off\"", "\"enforce\""}, {"pool[a].name", "", "\"a\""}},
        {"listener[gm].mode"},
        3};
    const auto done = json_of(reload());
    EXPECT_FALSE(guard_.reload_asked.dry_run);
    EXPECT_FALSE(guard_.reload_asked.drop_bindings);
    EXPECT_EQ(done.at("changes").at(0).at("after"), "enforce");
    EXPECT_EQ(done.at("changes").at(1).at("before"), nullptr);
    EXPECT_EQ(done.at("overridden").at(0), "listener[gm].mode");
    EXPECT_EQ(done.at("dropped_bindings"), 3);
    (void)reload(R"({"drop_bindings":true})");
    EXPECT_TRUE(guard_.reload_asked.drop_bindings);
}

TEST_F(ConfigApi, DiffChangesNothing) {
    EXPECT_EQ(ask("GET", "/v1/config:diff").status, 200u);
    EXPECT_TRUE(guard_.reload_asked.dry_run);
}

TEST_F(ConfigApi, RefusesWhatIsNoReload) {
    EXPECT_EQ(reload(R"({"drop_bindings":1})").status, 422u);
    EXPECT_EQ(reload(R"({"dry_run":true})").status, 422u);
    EXPECT_EQ(reload("{").status, 400u);
}

TEST_F(ConfigApi, SaysWhyAFileIsNotTaken) {
    guard_.failure = Error{ErrorKind::conflict, 0, "gm.toml", "1 value cannot change", ""};
    guard_.problems_now = {{"gm.toml", 7, 1, "limits.bindings", "start anew"}};
    for (const auto& response : {reload(), ask("GET", "/v1/config:diff")}) {
        EXPECT_EQ(response.status, 409u);
        EXPECT_EQ(json_of(response).at("errors").at(0).at("file"), "gm.toml");
    }
}

TEST_F(ConfigApi, IsInTheMetrics) {
    EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("gmguard_config_last_reload_success 1"));
    guard_.configuration_now.last_reload_succeeded = false;
    const auto metrics = ask("GET", "/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("gmguard_config_last_reload_success 0"));
    EXPECT_THAT(metrics, HasSubstr("gmguard_config_last_reload_timestamp_seconds "));
}

} // namespace
} // namespace gmguard::admin
