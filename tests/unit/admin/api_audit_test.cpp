// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::HasSubstr;

class AuditApi : public ApiTest {
  protected:
    boost::json::array items(const std::string& query = "") {
        return json_of(ask("GET", "/v1/audit" + query)).at("items").as_array();
    }
    Response patch(const std::string& body, const std::string& condition = "*") {
        return api_.handle({"PATCH",
                            "/v1/mode",
                            {{"If-Match", condition}, {"Content-Type", "application/json"}},
                            body,
                            "r-9",
                            "token ops"});
    }
};

TEST_F(AuditApi, TellsWhoDidWhat_BeforeAndAfter) {
    ASSERT_EQ(patch(R"({"default":"enforce"})").status, 200u);
    ASSERT_EQ(items().size(), 1u);
    const auto change = items()[0];
    EXPECT_EQ(change.at("caller"), "token ops");
    EXPECT_EQ(change.at("method"), "PATCH");
    EXPECT_EQ(change.at("target"), "/v1/mode");
    EXPECT_EQ(change.at("request_id"), "r-9");
    EXPECT_EQ(change.at("status"), 200);
    EXPECT_EQ(change.at("before").at("default"), "monitor");
    EXPECT_EQ(change.at("after").at("default"), "enforce");
}

TEST_F(AuditApi, HasNothingBeforeWhatIsMade_NorAfterWhatIsRemoved) {
    const char* body = R"({"impi":"bob@ims.test","impus":["sip:bob@ims.test"],"expires_s":60})";
    ASSERT_EQ(ask("PUT", "/v1/bindings/192.0.2.8:5060", body).status, 201u);
    ASSERT_EQ(ask("DELETE", "/v1/bindings/b_1", "", if_match("/v1/bindings/b_1")).status, 204u);
    const auto changes = items();
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_TRUE(changes[1].at("before").is_null());
    EXPECT_EQ(changes[1].at("after").at("impi"), "bob@ims.test");
    EXPECT_EQ(changes[0].at("before").at("impi"), "alice@ims.test");
    EXPECT_TRUE(changes[0].at("after").is_null());
}

TEST_F(AuditApi, HasWhatWasRefused) {
    EXPECT_EQ(patch("{}", "\"other\"").status, 412u);
    guard_.failure = Error{ErrorKind::conflict, 0, "it", "is taken", ""};
    EXPECT_EQ(patch(R"({"default":"off"})").status, 409u);
    EXPECT_EQ(items()[1].at("status"), 412);
    EXPECT_EQ(items()[0].at("status"), 409);
}

TEST_F(AuditApi, HasNothingThatOnlyAsks) {
    (void)ask("GET", "/v1/mode");
    (void)ask("HEAD", "/v1/mode");
    (void)ask("POST", "/v1/explain", R"({"sip":"x","from":"192.0.2.7:1","to":"192.0.2.1:1"})");
    (void)ask("DELETE", "/v1/nothing");
    (void)ask("TRACE", "/v1/mode");
    EXPECT_TRUE(items().empty());
}

TEST_F(AuditApi, IsFilteredAndPaged) {
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(patch("{}").status, 200u);
    const auto first = json_of(ask("GET", "/v1/audit?limit=2&method=PATCH"));
    EXPECT_EQ(first.at("items").as_array().size(), 2u);
    const std::string cursor(first.at("next_cursor").as_string());
    EXPECT_EQ(items("?cursor=" + cursor).size(), 1u);
    EXPECT_EQ(items("?path=/v1/bindings").size(), 0u);
    EXPECT_EQ(items("?caller=ops&path=/v1/mode").size(), 3u);
    EXPECT_EQ(ask("GET", "/v1/audit?limit=0").status, 400u);
}

TEST_F(AuditApi, LeavesOutStatesThatAreTooLong) {
    guard_.bindings_now[0].impus.assign(200, "sip:a-long-identity-of-alice@ims.test");
    ASSERT_EQ(ask("DELETE", "/v1/bindings/b_1", "", if_match("/v1/bindings/b_1")).status, 204u);
    EXPECT_TRUE(items()[0].at("before").is_null());
}

class Throwing : public FakeGuard {
  public:
    Result<> set_modes(const ModeChange&) override { throw std::runtime_error("boom"); }
};

TEST(Audit, HasWhatFailedByAnException) {
    Throwing guard;
    EventLog log(1);
    store::Store store({});
    Api api(guard, log, store);
    EXPECT_EQ(api.handle({"PATCH",
                          "/v1/mode",
                          {{"If-Match", "*"}, {"Content-Type", "application/json"}},
                          "{}",
                          "r-1"})
                  .status,
              500u);
    EXPECT_EQ(store.changes({})->items.at(0).status, 500u);
}

// As after kill -9 between the record and the answer.
TEST_F(AuditApi, TellsHowThingsAre_WhereNobodyAnswered) {
    store::Change change;
    change.method = "DELETE";
    change.target = "/v1/bindings/b_1";
    ASSERT_TRUE(store_.begin(change));
    change.method = "POST";
    change.target = "/v1/mode:confirm";
    ASSERT_TRUE(store_.begin(change));
    api_.settle_old();
    EXPECT_TRUE(store_.unsettled().empty());
    EXPECT_TRUE(items()[1].at("status").is_null());
    EXPECT_EQ(items()[1].at("after").at("id"), "b_1") << "it was not released";
    EXPECT_EQ(items()[0].at("after").at("default"), "monitor") << "of what the verb is about";
}

class WithoutStore : public testing::Test {
  protected:
    FakeGuard guard_;
    EventLog log_{10};
    store::Store store_{{"/dev/null/gmguard.db", {}}};
    Api api_{guard_, log_, store_};

    Response ask(const std::string& method, const std::string& target) {
        return api_.handle({method, target, {{"If-Match", "*"}}, "", "r-1"});
    }
};

TEST_F(WithoutStore, NothingIsChanged) {
    const Response refused = ask("DELETE", "/v1/bindings/b_1");
    EXPECT_EQ(refused.status, 503u);
    EXPECT_THAT(refused.body, HasSubstr("nothing was changed"));
    EXPECT_EQ(guard_.bindings_now.size(), 1u);
    EXPECT_EQ(ask("GET", "/v1/bindings/b_1").status, 200u);
    EXPECT_EQ(ask("GET", "/v1/audit").status, 503u);
    EXPECT_EQ(ask("GET", "/v1/bindings/b_1/history").status, 503u);
}

TEST_F(WithoutStore, StatusReadinessAndMetricsSaySo) {
    EXPECT_EQ(ask("GET", "/readyz").status, 503u);
    const auto status = json_of(ask("GET", "/v1/status"));
    EXPECT_EQ(status.at("store").at("up"), false);
    EXPECT_EQ(status.at("store").at("path"), "/dev/null/gmguard.db");
    EXPECT_THAT(boost::json::serialize(status.at("readiness")), HasSubstr("changes are refused"));
    EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("\ngmguard_store_up 0\n"));
    log_.append(drop_event());
    EXPECT_EQ(json_of(ask("GET", "/v1/events?after=0")).at("items").as_array().size(), 1u);
}

} // namespace
} // namespace gmguard::admin
