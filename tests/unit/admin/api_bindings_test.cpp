// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kBob =
    R"({"impi":"bob@ims.test","impus":["sip:bob@ims.test","tel:+4930"],"expires_s":600})";
constexpr const char* kAlice =
    R"({"impi":"alice@ims.test","impus":["sip:alice@ims.test"],"expires_s":600})";

class BindingsApi : public ApiTest {};

TEST_F(BindingsApi, HandsTheWholeQueryToTheGuard) {
    (void)ask("GET", "/v1/bindings?impi=a@b&impu=tel:+49&addr=192.0.2.7&prefix=2001:db8::/32"
                     "&state=bound&q=x%20y&limit=1000&cursor=9");
    const BindingQuery& query = guard_.query_asked;
    EXPECT_EQ(query.impi, "a@b");
    EXPECT_EQ(query.impu, "tel:+49");
    EXPECT_EQ(query.address, Address::parse("192.0.2.7"));
    EXPECT_EQ(query.prefix, Prefix::parse("2001:db8::/32"));
    EXPECT_EQ(query.state, GM_STATE_BOUND);
    EXPECT_EQ(query.text, "x y");
    EXPECT_EQ(query.limit, 1000u);
    EXPECT_EQ(query.cursor, "9");
}

TEST_F(BindingsApi, GoesFromPageToPage) {
    guard_.bindings_now.push_back(
        binding_of("b_2", "bob@ims.test", *Endpoint::parse("192.0.2.8:5060")));
    const auto first = json_of(ask("GET", "/v1/bindings?limit=1"));
    EXPECT_EQ(first.at("items").as_array().size(), 1u);
    EXPECT_EQ(first.at("total"), 2);
    const std::string cursor(first.at("next_cursor").as_string());
    const auto second = json_of(ask("GET", "/v1/bindings?limit=1&cursor=" + cursor));
    EXPECT_EQ(second.at("items").at(0).at("id"), "b_2");
    EXPECT_EQ(second.at("next_cursor"), nullptr);
}

TEST_F(BindingsApi, RefusesQueriesThatAreWrong) {
    for (const char* query : {"addr=192.0.2.07", "addr=x", "prefix=192.0.2.1/33", "state=dead",
                              "limit=0", "limit=1001", "q=", "impi=a&impi=b", "ip=192.0.2.7"})
        EXPECT_EQ(ask("GET", std::string("/v1/bindings?") + query).status, 400u) << query;
}

TEST_F(BindingsApi, FindsOneByIdAndBySource) {
    for (const char* id : {"b_1", "192.0.2.7:5060"})
        EXPECT_EQ(json_of(ask("GET", std::string("/v1/bindings/") + id)).at("impi"),
                  "alice@ims.test")
            << id;
    for (const char* id :
         {"b_2", "192.0.2.7:5061", "192.0.2.7", "2001:db8::%2F64", "%20", "b_1%00"})
        EXPECT_EQ(problem_of(ask("GET", std::string("/v1/bindings/") + id)), "not_found") << id;
}

TEST_F(BindingsApi, ShowsIdentitiesThatAreKnownByHashAloneAsNull) {
    guard_.bindings_now[0].impus = {"sip:alice@ims.test", ""};
    const auto body = json_of(ask("GET", "/v1/bindings/b_1"));
    EXPECT_EQ(boost::json::serialize(body.at("impus")), R"(["sip:alice@ims.test",null])");
}

TEST_F(BindingsApi, BindsByHand) {
    const Response response = ask("PUT", "/v1/bindings/%5B2001:db8::8%5D:5060", kBob);
    EXPECT_EQ(response.status, 201u);
    EXPECT_EQ(response.header("Location"), "/v1/bindings/b_new1");
    EXPECT_EQ(guard_.binding_asked.source, Endpoint::parse("[2001:db8::8]:5060"));
    EXPECT_EQ(guard_.binding_asked.expires_s, 600u);
    EXPECT_THAT(guard_.binding_asked.impus, ElementsAre("sip:bob@ims.test", "tel:+4930"));
    EXPECT_EQ(response.header("ETag"), etag("/v1/bindings/b_new1"));
}

TEST_F(BindingsApi, TakesASourceWithoutPort) {
    EXPECT_EQ(ask("PUT", "/v1/bindings/2001:db8::8", kBob).status, 201u);
    EXPECT_EQ(guard_.binding_asked.source.port, 0);
}

TEST_F(BindingsApi, Renews_OnlyWithTheETag) {
    const std::string target = "/v1/bindings/192.0.2.7:5060";
    const Response missing = ask("PUT", target, kAlice);
    EXPECT_EQ(missing.status, 428u);
    EXPECT_THAT(missing.body, HasSubstr("alice@ims.test")) << "who is there already";
    EXPECT_EQ(ask("PUT", target, kAlice, {{"If-Match", "\"0\""}}).status, 412u);
    EXPECT_EQ(ask("PUT", target, kAlice, if_match(target)).status, 200u);
    EXPECT_EQ(guard_.bindings_now.size(), 1u);
}

TEST_F(BindingsApi, MakesButNeverChanges_WhenAskedSo) {
    const std::vector<Header> only_new{{"If-None-Match", "*"}};
    EXPECT_EQ(ask("PUT", "/v1/bindings/192.0.2.7:5060", kAlice, only_new).status, 412u);
    EXPECT_EQ(ask("PUT", "/v1/bindings/192.0.2.8:5060", kBob, only_new).status, 201u);
}

TEST_F(BindingsApi, DoesNotTakeASourceFromAnotherUser) {
    const Response response = ask("PUT", "/v1/bindings/192.0.2.7:5060", kBob, {{"If-Match", "*"}});
    EXPECT_EQ(response.status, 409u);
    EXPECT_THAT(response.body, HasSubstr("alice@ims.test"));
    EXPECT_EQ(guard_.bindings_now[0].impi, "alice@ims.test");
}

TEST_F(BindingsApi, PutTakesNoOpaqueId) {
    EXPECT_EQ(problem_of(ask("PUT", "/v1/bindings/b_1", kAlice, {{"If-Match", "*"}})), "invalid");
}

TEST_F(BindingsApi, MakesNothing_WhenTheLookUpFails) {
    guard_.lookup_failure = Error{ErrorKind::unavailable, 0, "map gm_bindings", "not there", ""};
    EXPECT_EQ(ask("PUT", "/v1/bindings/192.0.2.8:5060", kBob).status, 503u);
    EXPECT_EQ(guard_.binding_asked.impi, "");
}

TEST_F(BindingsApi, RefusesBodiesThatAreNoBinding) {
    const Response response = ask("PUT", "/v1/bindings/192.0.2.8:5060",
                                  R"({"impus":[],"expires_s":4294967296,"address":"192.0.2.8"})");
    EXPECT_EQ(response.status, 422u);
    EXPECT_THAT(pointers_of(response), ElementsAre("/impi", "/impus", "/expires_s", "/address"));
}

TEST_F(BindingsApi, Releases_OnlyWithTheETag) {
    EXPECT_EQ(ask("DELETE", "/v1/bindings/b_1").status, 428u);
    EXPECT_EQ(ask("DELETE", "/v1/bindings/b_1", "", {{"If-Match", "\"0\""}}).status, 412u);
    EXPECT_EQ(guard_.bindings_now.size(), 1u);
    EXPECT_EQ(ask("DELETE", "/v1/bindings/192.0.2.7:5060", "", if_match("/v1/bindings/b_1")).status,
              204u);
    EXPECT_TRUE(guard_.bindings_now.empty());
    EXPECT_EQ(ask("DELETE", "/v1/bindings/b_1", "", {{"If-Match", "*"}}).status, 404u);
}

TEST_F(BindingsApi, KeepsTheETag_WhenOnlyAPacketCame) {
    const auto before = if_match("/v1/bindings/b_1");
    guard_.bindings_now[0].last_seen = std::chrono::system_clock::now();
    EXPECT_EQ(ask("DELETE", "/v1/bindings/b_1", "", before).status, 204u);
}

TEST_F(BindingsApi, AlwaysShowsTheLastPacket_WhateverTheClientKnows) {
    const Response response =
        ask("GET", "/v1/bindings/b_1", "", {{"If-None-Match", etag("/v1/bindings/b_1")}});
    EXPECT_EQ(response.status, 200u);
}

TEST_F(BindingsApi, SaysSo_WhenTheMapIsFull) {
    guard_.failure = Error{ErrorKind::exhausted, 0, "map gm_bindings", "is full", ""};
    EXPECT_EQ(ask("PUT", "/v1/bindings/192.0.2.8:5060", kBob).status, 507u);
}

} // namespace
} // namespace gmguard::admin
