// SPDX-License-Identifier: BSD-2-Clause
#include "admin/event_stream.hpp"
#include "unit/admin/fake_guard.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <sstream>

namespace gmguard::admin {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<SseEvent> read(const std::string& text, SseReader& reader) {
    std::vector<SseEvent> events;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (auto event = reader.feed(line))
            events.push_back(*event);
    return events;
}

class EventStreams : public testing::Test {
  protected:
    store::Store store_{{}};
};

TEST_F(EventStreams, IsReadBackByTheReader) {
    EventLog log(10);
    log.append(drop_event());
    log.append(drop_event());
    EventStream stream(log, store_, {}, 0, StreamFormat::server_sent);
    SseReader reader;
    const auto events = read(stream.take(), reader);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].id, "2");
    EXPECT_EQ(events[1].type, "drop");
    EXPECT_EQ(boost::json::parse(events[1].data).at("reason"), "selector_taken");
    EXPECT_EQ(stream.take(), "");
}

TEST_F(EventStreams, SaysHowManyWereLost_WhenTheRingOverranIt) {
    EventLog log(2);
    EventStream stream(log, store_, {}, 0, StreamFormat::server_sent);
    for (int i = 0; i < 5; ++i)
        log.append(drop_event());
    SseReader reader;
    const auto events = read(stream.take(), reader);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].type, "gap");
    EXPECT_EQ(events[0].data, R"({"lost":3})");
    EXPECT_EQ(events[1].id, "4");
}

TEST_F(EventStreams, MovesTheReaderOn_WhenTheFilterHidesEvents) {
    EventLog log(10);
    EventStream stream(log, store_, {{EventType::alarm}, {}, ""}, 0, StreamFormat::server_sent);
    log.append(drop_event());
    SseReader reader;
    EXPECT_TRUE(read(stream.take(), reader).empty());
    EXPECT_THAT(stream.ping(), StartsWith(": ping\n"));
    EXPECT_TRUE(read(stream.ping(), reader).empty());
    EXPECT_EQ(reader.last_event_id(), "1");
}

TEST_F(EventStreams, GivesOneObjectPerLine) {
    EventLog log(2);
    for (int i = 0; i < 3; ++i)
        log.append(drop_event());
    EventStream stream(log, store_, {}, 0, StreamFormat::json_lines);
    std::istringstream lines(stream.take());
    std::vector<boost::json::value> values;
    for (std::string line; std::getline(lines, line);)
        values.push_back(boost::json::parse(line));
    ASSERT_EQ(values.size(), 3u);
    EXPECT_EQ(boost::json::serialize(values[0]), R"({"type":"gap","lost":1})");
    EXPECT_EQ(values[2].at("id"), 3);
    EXPECT_EQ(stream.ping(), "\n");
}

TEST_F(EventStreams, StopsWakingItsReader_WhenItIsGone) {
    EventLog log(10);
    int woken = 0;
    {
        EventStream stream(log, store_, {}, 0, StreamFormat::json_lines);
        stream.on_ready([&woken] { ++woken; });
        log.append(drop_event());
    }
    log.append(drop_event());
    EXPECT_EQ(woken, 1);
}

TEST_F(EventStreams, SendsWellFormedText_WhenAMessageHoldsHostileBytes) {
    EventLog log(10);
    Event event = drop_event();
    event.sip->call_id = "a\xff\n\ndata: x";
    log.append(event);
    EventStream stream(log, store_, {}, 0, StreamFormat::server_sent);
    SseReader reader;
    const auto events = read(stream.take(), reader);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(boost::json::parse(events[0].data).at("sip").at("call_id"),
              "a\xef\xbf\xbd\n\ndata: x");
}

TEST(SseReader, JoinsDataAndIgnoresComments) {
    SseReader reader;
    const auto events = read(": hello\nid:7\nevent: x\ndata: a\ndata:b\n\n:c\n\ndata\n\n", reader);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].id, "7");
    EXPECT_EQ(events[0].type, "x");
    EXPECT_EQ(events[0].data, "a\nb");
    EXPECT_EQ(events[1].type, "message");
    EXPECT_EQ(events[1].id, "7");
}

} // namespace
} // namespace gmguard::admin
