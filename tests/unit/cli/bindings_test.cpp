// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "fake_server.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

using namespace gmguard::cli;
namespace json = boost::json;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kBinding = R"({"id":"b_1","state":"bound","selector":"192.0.2.7:5060",
    "address":"192.0.2.7","bits":128,"port":5060,"impi":"alice@ims.test",
    "impus":["sip:alice@ims.test","tel:+1555"],"origin":"registration",
    "since":"2026-01-02T02:00:00.000000Z","expires":"2026-01-02T03:16:09.000000Z",
    "last_seen":"2026-01-02T03:04:00.000000Z"})";

std::string page_of(int count, const char* cursor, int total) {
    std::string items;
    for (int i = 0; i < count; ++i)
        items += (i == 0 ? "" : ",") + std::string(kBinding);
    return fmt::format(R"({{"items":[{}],"next_cursor":{},"total":{}}})", items, cursor, total);
}

} // namespace

TEST(BindingsList, ShowsATable) {
    FakeSession fake;
    fake.server.answer(200, page_of(1, "null", 1));
    EXPECT_EQ(bindings_list(fake.session, {}), Exit::ok);
    EXPECT_EQ(fake.server.questions(), Lines{"GET /v1/bindings?limit=100"});
    EXPECT_EQ(
        fake.out.str(),
        "SELECTOR        STATE  IMPI            IMPUS                  EXPIRES IN  SEEN AGO  ID\n"
        "192.0.2.7:5060  bound  alice@ims.test  sip:alice@ims.test +1      12m04s        5s  "
        "b_1\n");
    EXPECT_EQ(fake.err.str(), "");
}

TEST(BindingsList, PassesFiltersOn) {
    FakeSession fake;
    fake.server.answer(200, page_of(1, "null", 1));
    BindingsQuery query;
    query.impi = "a@b";
    query.impu = "tel:+1";
    query.address = "2001:db8::1";
    query.prefix = "192.0.2.0/24";
    query.state = "shadow";
    query.text = "x y";
    query.limit = 5;
    EXPECT_EQ(bindings_list(fake.session, query), Exit::ok);
    EXPECT_EQ(fake.server.questions(),
              Lines{"GET /v1/bindings?impi=a%40b&impu=tel%3A%2B1&addr=2001%3Adb8%3A%3A1"
                    "&prefix=192.0.2.0%2F24&state=shadow&q=x%20y&limit=5"});
}

TEST(BindingsList, AsksForPages_UntilTheLimit) {
    FakeSession fake(Format::jsonl);
    fake.server.answer(200, page_of(1000, "\"c1\"", 5000));
    fake.server.answer(200, page_of(500, "\"c2\"", 5000));
    BindingsQuery query;
    query.limit = 1500;
    EXPECT_EQ(bindings_list(fake.session, query), Exit::ok);
    EXPECT_EQ(fake.server.questions(),
              (Lines{"GET /v1/bindings?limit=1000", "GET /v1/bindings?limit=500&cursor=c1"}));
    const auto lines = fake.out.str();
    EXPECT_EQ(std::ranges::count(lines, '\n'), 1500);
}

TEST(BindingsList, AsksForAllPages_WithoutALimit) {
    FakeSession fake(Format::json);
    fake.server.answer(200, page_of(1000, "\"c1\"", 1001));
    fake.server.answer(200, page_of(1, "null", 1001));
    BindingsQuery query;
    query.limit = 0;
    EXPECT_EQ(bindings_list(fake.session, query), Exit::ok);
    const auto document = json::parse(fake.out.str());
    EXPECT_EQ(list(document, "items").size(), 1001U);
    EXPECT_TRUE(member(document, "next_cursor").is_null());
}

TEST(BindingsList, SaysThatThereAreMore) {
    FakeSession fake;
    fake.server.answer(200, page_of(1, "\"c1\"", 7));
    BindingsQuery query;
    query.limit = 1;
    EXPECT_EQ(bindings_list(fake.session, query), Exit::ok);
    EXPECT_EQ(fake.err.str(), "1 of 7; --limit 0 shows all, bindings find narrows\n");
}

TEST(BindingsFind, FailsWithNotFound_WhereNoneMatches) {
    FakeSession fake;
    fake.server.answer(200, page_of(0, "null", 0));
    BindingsQuery query;
    query.must_find = true;
    EXPECT_EQ(bindings_list(fake.session, query), Exit::not_found);
    EXPECT_EQ(fake.out.str(), "");
    EXPECT_EQ(fake.err.str(), "gmguard: bindings: none match; gmguard bindings list shows all\n");
}

TEST(BindingsShow, ShowsAllOfIt) {
    FakeSession fake;
    fake.server.answer(200, kBinding);
    EXPECT_EQ(bindings_show(fake.session, "192.0.2.7:5060"), Exit::ok);
    EXPECT_EQ(fake.server.questions(), Lines{"GET /v1/bindings/192.0.2.7%3A5060"});
    EXPECT_EQ(fake.out.str(), "id          b_1\n"
                              "selector    192.0.2.7:5060\n"
                              "state       bound\n"
                              "impi        alice@ims.test\n"
                              "impu        sip:alice@ims.test\n"
                              "impu        tel:+1555\n"
                              "origin      registration\n"
                              "since       2026-01-02T02:00:00.000000Z\n"
                              "expires     2026-01-02T03:16:09.000000Z\n"
                              "expires in  12m04s\n"
                              "last seen   2026-01-02T03:04:00.000000Z\n");
}

TEST(BindingsAdd, MakesOne_WhereThereIsNone) {
    FakeSession fake(Format::json);
    fake.server.answer(404, R"({"status":404,"title":"Not found"})");
    fake.server.answer(201, kBinding);
    const BindingsAddOptions options{"192.0.2.7:5060", "alice@ims.test", {"sip:a@b", "tel:+1"}, 60};
    EXPECT_EQ(bindings_add(fake.session, options), Exit::ok);
    EXPECT_EQ(fake.server.questions(),
              (Lines{"GET /v1/bindings/192.0.2.7%3A5060", "PUT /v1/bindings/192.0.2.7%3A5060"}));
    const auto& put = fake.server.asked.back();
    EXPECT_EQ(put.header("If-Match"), std::nullopt);
    EXPECT_EQ(put.header("Content-Type"), "application/json");
    EXPECT_EQ(
        json::parse(put.body),
        json::parse(R"({"impi":"alice@ims.test","impus":["sip:a@b","tel:+1"],"expires_s":60})"));
    EXPECT_EQ(json::parse(fake.out.str()), json::parse(kBinding));
}

TEST(BindingsAdd, ChangesOnlyWhatItSaw_WhereThereIsOne) {
    FakeSession fake;
    for (int tries = 0; tries < 4; ++tries) {
        fake.server.answer(200, kBinding, {{"ETag", "\"v1\""}});
        fake.server.answer(412,
                           R"({"status":412,"title":"It has changed since","detail":"changed"})");
    }
    EXPECT_EQ(bindings_add(fake.session, {"192.0.2.7:5060", "a", {"b"}, 60}), Exit::conflict);
    EXPECT_EQ(fake.server.asked.back().header("If-Match"), "\"v1\"");
    EXPECT_EQ(fake.err.str(), "gmguard: changed\n");
}

TEST(BindingsRelease, EndsWhatItSaw) {
    FakeSession fake;
    fake.server.answer(200, kBinding, {{"ETag", "\"v1\""}});
    fake.server.answer(204, "");
    EXPECT_EQ(bindings_release(fake.session, "b_1"), Exit::ok);
    EXPECT_EQ(fake.server.questions(), (Lines{"GET /v1/bindings/b_1", "DELETE /v1/bindings/b_1"}));
    EXPECT_EQ(fake.server.asked.back().header("If-Match"), "\"v1\"");
    EXPECT_EQ(fake.out.str(), "192.0.2.7:5060: released\n");
}

TEST(LeaseRelease, SaysWhatEndedByIt) {
    FakeSession fake;
    fake.server.answer(200, R"({"addresses":"192.0.2.7/32","released":[{"id":"b_1",)"
                            R"("selector":"192.0.2.7:5060","impi":"alice@ims.test"}]})");
    EXPECT_EQ(lease_release(fake.session, "192.0.2.7"), Exit::ok);
    EXPECT_EQ(fake.server.questions(), (Lines{"POST /v1/leases"}));
    EXPECT_EQ(fake.server.asked.back().body, R"({"addresses":"192.0.2.7","state":"released"})");
    EXPECT_EQ(fake.out.str(), "192.0.2.7:5060: released, was bound to alice@ims.test\n");
}

TEST(LeaseRelease, OfNobodyIsNoError) {
    FakeSession fake;
    fake.server.answer(200, R"({"addresses":"192.0.2.7/32","released":[]})");
    EXPECT_EQ(lease_release(fake.session, "192.0.2.7"), Exit::ok);
    EXPECT_EQ(fake.out.str() + fake.err.str(), "192.0.2.7/32: nobody was bound\n");
}

TEST(BindingsRelease, SaysNotFound) {
    FakeSession fake;
    fake.server.answer(404, R"({"status":404,"title":"Not found","detail":"no such binding"})");
    EXPECT_EQ(bindings_release(fake.session, "b_2"), Exit::not_found);
    EXPECT_EQ(fake.err.str(), "gmguard: no such binding\n");
}
