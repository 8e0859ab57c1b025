// SPDX-License-Identifier: BSD-2-Clause
#include "admin/reply.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

Request with(const char* name, const char* value) {
    return {"PUT", "/", {{name, value}}, "", "r-1"};
}

std::optional<unsigned> status(const std::optional<Problem>& problem) {
    return problem ? std::optional(status_of(problem->kind)) : std::nullopt;
}

TEST(Etag, TellsVersionsApartAndSpellingsNot) {
    EXPECT_EQ(etag_of("a"), etag_of("a"));
    EXPECT_NE(etag_of("a"), etag_of("b"));
    EXPECT_TRUE(etag_of("").starts_with('"') && etag_of("").ends_with('"'));
}

struct ReplyRow {
    const char* description;
    const char* header;
    const char* value;
    std::optional<unsigned> status;
};

constexpr ReplyRow kChanges[] = {
    {"no condition", "Accept", "*/*", 428},
    {"the tag", "If-Match", "\"1\"", std::nullopt},
    {"any", "If-Match", " * ", std::nullopt},
    {"one of a list", "if-match", "\"0\" ,\"1\"", std::nullopt},
    {"another tag", "If-Match", "\"2\"", 412},
    {"a weak tag is no strong one", "If-Match", "W/\"1\"", 412},
    {"without quotes", "If-Match", "1", 412},
    {"empty", "If-Match", "", 412},
    {"must not exist", "If-None-Match", "*", 412},
};

TEST(Conditions, DecideAChange) {
    for (const ReplyRow& row : kChanges)
        EXPECT_EQ(status(check_change(with(row.header, row.value), "it", "\"1\"")), row.status)
            << row.description;
}

TEST(Conditions, ForbidIfMatch_WhereNothingExists) {
    EXPECT_EQ(status(check_creation(with("If-Match", "*"))), 412u);
    EXPECT_EQ(status(check_creation(with("If-None-Match", "*"))), std::nullopt);
    EXPECT_EQ(status(check_creation(with("Accept", "*/*"))), std::nullopt);
}

TEST(Conditions, AnswerAKnownTagWithoutABody) {
    const Response known =
        reply_tagged(with("If-None-Match", "W/\"1\""), reply(200, {{"a", 1}}), "\"1\"");
    EXPECT_EQ(known.status, 304u);
    EXPECT_EQ(known.body, "");
    EXPECT_EQ(known.header("etag"), "\"1\"");
    const Response unknown =
        reply_tagged(with("If-None-Match", "\"0\""), reply(200, {{"a", 1}}), "\"1\"");
    EXPECT_EQ(unknown.status, 200u);
    EXPECT_EQ(unknown.body, "{\"a\":1}\n");
}

} // namespace
} // namespace gmguard::admin
