// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

class EventsApi : public ApiTest {
  protected:
    EventsApi() {
        for (int i = 0; i < 3; ++i)
            log_.append(drop_event());
    }
    // The ids in an answer, as one text.
    std::string ids(const std::string& query) {
        std::string list;
        const auto page = json_of(ask("GET", "/v1/events" + query));
        for (const auto& item : page.at("items").as_array())
            list += std::to_string(item.at("id").to_number<int>()) + " ";
        return list;
    }
};

TEST_F(EventsApi, GivesTheLastOnes_WithoutAfter) {
    EXPECT_EQ(ids("?limit=2"), "2 3 ");
    EXPECT_EQ(ids(""), "1 2 3 ");
}

TEST_F(EventsApi, GivesTheNextOnes_WithAfter) {
    EXPECT_EQ(ids("?after=1&limit=1"), "2 ");
    EXPECT_EQ(ids("?after=3"), "");
    EXPECT_EQ(json_of(ask("GET", "/v1/events?after=1&limit=1")).at("next_after"), 2);
}

TEST_F(EventsApi, GivesTheLastOnesBefore) {
    EXPECT_EQ(ids("?before=3&limit=1"), "2 ");
    EXPECT_EQ(ids("?before=1"), "");
    EXPECT_EQ(ask("GET", "/v1/events?before=3&after=1").status, 400u);
}

TEST_F(EventsApi, FiltersByListsOfNames) {
    Event alarm;
    alarm.type = EventType::alarm;
    log_.append(alarm);
    EXPECT_EQ(ids("?type=alarm,bound"), "4 ");
    EXPECT_EQ(ids("?type=drop,alarm&reason=selector_taken,malformed"), "1 2 3 ");
    EXPECT_EQ(ids("?impi=alice@ims.test&after=2"), "3 ");
}

TEST_F(EventsApi, RefusesFiltersThatMatchNothingEver) {
    for (const char* query : {"?type=dropped", "?reason=none", "?reason=drop,", "?after=-1",
                              "?limit=0", "?limit=1001", "?since=1", "?type="})
        EXPECT_EQ(ask("GET", std::string("/v1/events") + query).status, 400u) << query;
    EXPECT_EQ(ask("GET", "/v1/events/stream?type=dropped").status, 400u);
    EXPECT_EQ(ask("GET", "/v1/events/stream?limit=1").status, 400u);
}

std::string first_piece(Response response) {
    return response.stream->take();
}

TEST_F(EventsApi, StreamBeginsNow_OrWhereItIsTold) {
    const std::vector<Header> lines{{"Accept", "application/x-ndjson"}};
    const auto count = [&](const char* target, std::vector<Header> headers) {
        headers.push_back(lines[0]);
        const std::string text = first_piece(ask("GET", target, "", headers));
        return std::ranges::count(text, '\n');
    };
    EXPECT_EQ(count("/v1/events/stream", {}), 0);
    EXPECT_EQ(count("/v1/events/stream?after=0", {}), 3);
    EXPECT_EQ(count("/v1/events/stream?after=0", {{"Last-Event-ID", "2"}}), 1);
    EXPECT_EQ(count("/v1/events/stream?after=1", {{"Last-Event-ID", "none"}}), 2);
}

TEST_F(EventsApi, StreamIsServerSent_UnlessLinesAreAskedFor) {
    EXPECT_EQ(ask("GET", "/v1/events/stream").content_type, "text/event-stream");
    EXPECT_EQ(
        ask("GET", "/v1/events/stream", "", {{"Accept", "application/x-ndjson"}}).content_type,
        "application/x-ndjson");
}

} // namespace
} // namespace gmguard::admin
