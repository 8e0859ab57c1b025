// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_write.hpp"
#include "unit/admin/asking.hpp"

#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

using namespace std::chrono_literals;

class StatusApi : public ApiTest {};

TEST_F(StatusApi, SaysWhatIsNotCovered) {
    guard_.status_now.warnings = {"no cgroup: fragments are not judged"};
    guard_.status_now.cgroup.clear();
    const auto status = json_of(ask("GET", "/v1/status"));
    EXPECT_EQ(status.at("warnings").at(0), "no cgroup: fragments are not judged");
    EXPECT_EQ(status.at("cgroup"), nullptr);
    EXPECT_EQ(status.at("sec_path"), false);
    EXPECT_GE(status.at("uptime_s").as_int64(), 90);
    EXPECT_EQ(status.at("bindings").at("bound"), 1);
    EXPECT_EQ(status.at("bindings").at("shadow"), 0);
}

TEST_F(StatusApi, CountsDropsByListenerHookAndReason) {
    const auto drops = json_of(ask("GET", "/v1/drops?nonzero=true"));
    const auto& items = drops.at("items").as_array();
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(
        boost::json::serialize(items[0]),
        R"({"listener":"gm","hook":"front","reason":"contact_mismatch","dropped":3,"would_drop":0})");
    EXPECT_EQ(items[1].at("would_drop"), 2);
}

TEST_F(StatusApi, ShowsEveryCounter_UnlessToldOtherwise) {
    const auto drops = json_of(ask("GET", "/v1/drops"));
    const auto& items = drops.at("items").as_array();
    EXPECT_EQ(items.size(), 2u * (GM_REASON_COUNT - 1));
    EXPECT_EQ(items.back().at("listener"), nullptr);
    EXPECT_EQ(ask("GET", "/v1/drops?nonzero=1").status, 400u);
}

TEST_F(StatusApi, IsReadyOrSaysWhyNot) {
    EXPECT_EQ(ask("GET", "/readyz").status, 200u);
    guard_.not_ready_now = {"interface gm0 is not there"};
    const Response response = ask("GET", "/readyz");
    EXPECT_EQ(response.status, 503u);
    EXPECT_EQ(json_of(response).at("reasons").at(0), "interface gm0 is not there");
    EXPECT_EQ(ask("GET", "/healthz").status, 200u) << "it runs all the same";
}

TEST_F(StatusApi, LetsNothingBeCached) {
    for (const char* target : {"/v1/status", "/nothing", "/v1/mode"})
        EXPECT_EQ(ask("GET", target).header("Cache-Control"), "no-store") << target;
}

TEST_F(StatusApi, AnswersProblemsInUtf8_WhateverThePathHolds) {
    const Response response = ask("GET", "/v1/interfaces/%ff%22");
    EXPECT_EQ(problem_of(response), "not_found");
    EXPECT_EQ(json_of(response).at("detail"), "interface \xef\xbf\xbd\" is not guarded");
}

class Throwing : public FakeGuard {
  public:
    Status status() const override { throw std::runtime_error("boom"); }
};

TEST(Api, TurnsAnExceptionIntoA500) {
    Throwing guard;
    EventLog log(1);
    store::Store store({});
    Api api(guard, log, store);
    EXPECT_EQ(problem_of(api.handle({"GET", "/v1/status", {}, "", "r-1"})), "internal");
}

TEST(Time, IsRfc3339InUtcWithMicroseconds) {
    const Time day = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);
    EXPECT_EQ(rfc3339(day), "2026-01-02T00:00:00.000000Z");
    EXPECT_EQ(rfc3339(day + 11045s + 678901us), "2026-01-02T03:04:05.678901Z");
    EXPECT_EQ(rfc3339(Time{} - 1us), "1969-12-31T23:59:59.999999Z");
}

} // namespace
} // namespace gmguard::admin
