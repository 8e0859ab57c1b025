// SPDX-License-Identifier: BSD-2-Clause
#include "fake_server.hpp"

#include <gtest/gtest.h>

using namespace gmguard;
using namespace gmguard::cli;

TEST(Session, GivesTheJsonOfAnAnswer) {
    FakeSession fake;
    fake.server.answer(200, R"({"a":1})");
    fake.server.answer(204, "");
    EXPECT_EQ(number(get(fake.session, "/v1/x").value(), "a"), 1U);
    EXPECT_TRUE(get(fake.session, "/v1/y").value().is_null());
    EXPECT_EQ(fake.server.questions(), (std::vector<std::string>{"GET /v1/x", "GET /v1/y"}));
}

TEST(Session, Fails_WhenTheAnswerIsAnError) {
    FakeSession fake;
    fake.server.answer(404, R"({"type":"x","title":"Not found","status":404,"detail":"gone"})");
    const auto value = get(fake.session, "/v1/x");
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().exit, Exit::not_found);
    EXPECT_EQ(value.error().text(), "gone");
}

TEST(Session, Fails_WhenNobodyAnswersOrWhatItAnswersIsNoJson) {
    FakeSession fake;
    fake.server.answer(200, "hello");
    EXPECT_EQ(get(fake.session, "/v1/x").error().exit, Exit::failed);
    EXPECT_EQ(get(fake.session, "/v1/x").error().exit, Exit::degraded);
}

TEST(Session, TriesAgain_WhenAnotherChangeCameBetween) {
    FakeSession fake;
    fake.server.answer(200, R"({"n":1})", {{"ETag", "\"a\""}});
    fake.server.answer(412, R"({"title":"It has changed since","status":412})");
    fake.server.answer(200, R"({"n":2})", {{"ETag", "\"b\""}});
    fake.server.answer(204, "");
    const auto gone = remove(fake.session, "/v1/bindings/b_1");
    ASSERT_TRUE(gone.has_value()) << gone.error().text();
    EXPECT_EQ(number(*gone, "n"), 2U);
    EXPECT_EQ(fake.server.asked.back().header("If-Match"), "\"b\"");
}

TEST(Session, GivesUp_WhenItChangesAllTheTime) {
    FakeSession fake;
    for (int i = 0; i < 100; ++i) {
        fake.server.answer(200, "{}", {{"ETag", "\"a\""}});
        fake.server.answer(412, R"({"title":"It has changed since","status":412})");
    }
    const auto put_there = put(fake.session, "/v1/interfaces/eth0", boost::json::object{});
    ASSERT_FALSE(put_there.has_value());
    EXPECT_EQ(put_there.error().exit, Exit::conflict);
    EXPECT_LE(fake.server.asked.size(), 10U);
}

TEST(Session, EncodesWhatPeopleWrite) {
    EXPECT_EQ(target_of("/v1/bindings", {}), "/v1/bindings");
    EXPECT_EQ(target_of("/v1/bindings", {{"impi", ""}, {"impu", "tel:+1 2"}, {"q", "a&b=%"}}),
              "/v1/bindings?impu=tel%3A%2B1%202&q=a%26b%3D%25");
    EXPECT_EQ(encoded("eth0.100/x"), "eth0.100%2Fx");
}
