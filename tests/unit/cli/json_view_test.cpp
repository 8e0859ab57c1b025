// SPDX-License-Identifier: BSD-2-Clause
#include "json_view.hpp"

#include <gtest/gtest.h>

using namespace gmguard::cli;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

const json::value kValue = json::parse(
    R"({"s":"x","n":7,"b":true,"z":null,"l":["a","b"],"o":{"i":1},"t":"2026-01-02T03:04:05.5Z"})");

} // namespace

TEST(JsonView, ReadsWhatIsThere) {
    EXPECT_EQ(text(kValue, "s"), "x");
    EXPECT_EQ(text(kValue, "n"), "7");
    EXPECT_EQ(text(kValue, "b"), "true");
    EXPECT_EQ(number(kValue, "n"), 7U);
    EXPECT_EQ(number(member(kValue, "o"), "i"), 1U);
    EXPECT_EQ(joined(kValue, "l"), "a, b");
}

TEST(JsonView, ReadsEmpty_WhereThereIsNothingOrAnotherType) {
    EXPECT_EQ(text(kValue, "z"), "");
    EXPECT_EQ(text(kValue, "missing"), "");
    EXPECT_EQ(text(kValue, "o"), "");
    EXPECT_EQ(text(json::value(3), "s"), "");
    EXPECT_EQ(number(kValue, "s"), 0U);
    EXPECT_EQ(number(json::parse(R"({"n":-1})"), "n"), 0U);
    EXPECT_TRUE(list(kValue, "s").empty());
    EXPECT_TRUE(member(kValue, "missing").is_null());
}

TEST(JsonView, ReadsTimes) {
    const auto time = time_of("2026-01-02T03:04:05.678901Z");
    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(time->time_since_epoch(), 1767323045s + 678901us);
    EXPECT_EQ(time_of("1970-01-01T00:00:01Z")->time_since_epoch(), 1s);
    EXPECT_EQ(time_of("1970-01-01T00:00:00.5Z")->time_since_epoch(), 500ms);
}

TEST(JsonView, ReadsNoTime_WhereThereIsNone) {
    for (const auto* text : {"", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05+01:00",
                             "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", "2026-01-0xT03:04:05Z",
                             "2026-01-02 03:04:05Z", "2026-01-02T03:04:05.Z"})
        EXPECT_FALSE(time_of(text).has_value()) << text;
}

TEST(JsonView, SaysHowLong) {
    const auto now = *time_of("2026-01-02T03:16:09Z");
    EXPECT_EQ(since(kValue, "t", now), "12m03s");
    EXPECT_EQ(until(kValue, "t", now), "0s");
    EXPECT_EQ(until(kValue, "t", now - 1h), "47m56s");
    EXPECT_EQ(until(kValue, "z", now), "");
}

TEST(JsonView, WritesEndpoints) {
    EXPECT_EQ(endpoint("192.0.2.1", "5060"), "192.0.2.1:5060");
    EXPECT_EQ(endpoint("2001:db8::1", "5060"), "[2001:db8::1]:5060");
    EXPECT_EQ(endpoint("2001:db8::1", ""), "2001:db8::1");
}
