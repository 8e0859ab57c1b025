// SPDX-License-Identifier: BSD-2-Clause
// The event stream over a real socket, with the real client.
#include "admin/event_stream.hpp"
#include "unit/admin/raw_connection.hpp"
#include "unit/admin/running_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kStream = "/v1/events/stream";

// Follows until so many events have come; "type id" of each.
std::vector<std::string> follow(const RunningServer& server, Request request, std::size_t wanted,
                                const std::function<void()>& at_start = {}) {
    std::vector<std::string> seen;
    SseReader reader;
    bool started = false;
    const auto response = server.client().follow(request, [&](std::string_view line) {
        if (!std::exchange(started, true) && at_start)
            at_start();
        if (const auto event = reader.feed(line))
            seen.push_back(event->type + " " + event->id);
        return seen.size() < wanted;
    });
    EXPECT_TRUE(response) << response.error().text();
    return seen;
}

TEST(LiveStream, BringsEventsAsTheyHappen) {
    RunningServer server;
    server.append(drop_event());
    const auto seen = follow(server, {"GET", kStream, {}, "", ""}, 2, [&server] {
        server.append(drop_event());
        server.append(Event{});
    });
    EXPECT_THAT(seen, ElementsAre("drop 2", "alarm 3"));
}

TEST(LiveStream, ResumesWhereTheReaderWas) {
    RunningServer server;
    const auto first = follow(server, {"GET", kStream + "?after=0", {}, "", ""}, 1,
                              [&server] { server.append(drop_event()); });
    EXPECT_THAT(first, ElementsAre("drop 1"));
    server.append(drop_event());
    server.append(drop_event());
    const auto second = follow(server, {"GET", kStream, {{"Last-Event-ID", "1"}}, "", ""}, 2);
    EXPECT_THAT(second, ElementsAre("drop 2", "drop 3"));
}

TEST(LiveStream, SaysHowManyWereLost_WhenItResumesTooLate) {
    RunningServer server({}, 2);
    for (int i = 0; i < 5; ++i)
        server.append(drop_event());
    std::string gap;
    const Request request{"GET", kStream, {{"Last-Event-ID", "1"}}, "", ""};
    (void)server.client().follow(request, [&gap](std::string_view line) {
        if (line.starts_with("data: {\"lost\""))
            gap = line;
        return !line.starts_with("id: 5");
    });
    EXPECT_EQ(gap, R"(data: {"lost":2})");
}

TEST(LiveStream, GivesJsonLines_WhenTheReaderAsksForThem) {
    RunningServer server;
    server.append(drop_event());
    std::string line;
    const Request request{
        "GET", kStream + "?after=0", {{"Accept", "application/x-ndjson"}}, "", ""};
    const auto response = server.client().follow(request, [&line](std::string_view text) {
        line = text;
        return false;
    });
    ASSERT_TRUE(response);
    EXPECT_EQ(response->content_type, "application/x-ndjson");
    EXPECT_EQ(boost::json::parse(line).at("reason"), "selector_taken");
}

TEST(LiveStream, PingsWhenNothingHappens) {
    HttpLimits limits;
    limits.ping = 50ms;
    RunningServer server(limits);
    int pings = 0;
    const auto response =
        server.client().follow({"GET", kStream, {}, "", ""}, [&pings](std::string_view line) {
            pings += line == ": ping";
            return pings < 3;
        });
    EXPECT_TRUE(response);
    EXPECT_EQ(pings, 3);
}

TEST(LiveStream, IsGivenUp_WhenTheServerFallsSilent) {
    RunningServer server;
    const HttpClient client({server.where(), {}, {}}, 100ms); // shorter than the time between pings
    const auto response =
        client.follow({"GET", kStream, {}, "", ""}, [](std::string_view) { return true; });
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::unavailable);
}

TEST(LiveStream, IsAnOrdinaryAnswer_WhenItIsRefused) {
    RunningServer server;
    const auto response = server.client().follow({"GET", kStream + "?type=x", {}, "", ""},
                                                 [](std::string_view) { return true; });
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 400u);
    EXPECT_THAT(response->body, HasSubstr("\"?type\""));
}

TEST(LiveStream, EndsWithTheServer) {
    RunningServer server;
    RawConnection reader(server.path());
    reader.send("GET /v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(reader.read_until("id: 0\n\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
    server.stop();
    EXPECT_THAT(reader.read_all(), testing::EndsWith("0\r\n\r\n"));
    server.join();
}

TEST(LiveStream, DoesNotOutliveTheServer) {
    RunningServer server;
    RawConnection reader(server.path());
    reader.send("GET /v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)reader.read_until("id: 0\n\n");
    server.destroy();
    server.append(drop_event());
    EXPECT_THAT(reader.read_all(), testing::Not(HasSubstr("drop")));
    server.join();
}

TEST(LiveStream, IsForgotten_WhenTheLoopNeverRunsAgain) {
    Scratch scratch;
    boost::asio::io_context io;
    int streams = 0;
    struct Counted : Stream {
        explicit Counted(int& count) : count_(++count) {}
        ~Counted() override { --count_; }
        std::string take() override { return {}; }
        std::string ping() const override { return {}; }
        void on_ready(std::function<void()>) override {}
        int& count_;
    };
    Refusals refusals;
    Door door{"unix:" + scratch.path("s"), std::make_shared<Gate>(Access{}, refusals), {}};
    auto server = HttpServer::listen(io, std::move(door), [&](const Request&) {
        Response response;
        response.stream = std::make_unique<Counted>(streams);
        return response;
    });
    ASSERT_TRUE(server);
    RawConnection reader(scratch.path("s"));
    reader.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (streams == 0)
        io.run_one();
    server->reset();
    EXPECT_EQ(streams, 0);
}

TEST(LiveStream, IsForgotten_WhenTheReaderIsGone) {
    RunningServer server;
    {
        RawConnection reader(server.path());
        reader.send("GET /v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n");
        (void)reader.read_until("id: 0\n\n");
        EXPECT_EQ(server.connections(), 1u);
    }
    EXPECT_TRUE(server.settles_at(0)) << "long before the next ping";
}

TEST(LiveStream, IsClosed_WhenTheReaderIsStuck) {
    HttpLimits limits;
    limits.write = 100ms;
    RunningServer server(limits, 10'000);
    RawConnection reader(server.path());
    reader.send("GET /v1/events/stream?after=0 HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(server.settles_at(1));
    for (int i = 0; i < 10'000; ++i)
        server.append(drop_event());
    EXPECT_TRUE(server.settles_at(0));
}

TEST(LiveStream, LeavesRoomForRequests) {
    HttpLimits limits;
    limits.streams = 1;
    RunningServer server(limits);
    RawConnection reader(server.path());
    reader.send("GET /v1/events/stream HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)reader.read_until("id: 0\n\n");
    const auto refused = server.client().send({"GET", kStream, {}, "", ""});
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503u);
    const auto request = server.client().send({"GET", "/healthz", {}, "", ""});
    ASSERT_TRUE(request);
    EXPECT_EQ(request->status, 200u);
}

TEST(LiveStream, HasNoChunksForOldReaders) {
    RunningServer server;
    server.append(drop_event());
    RawConnection reader(server.path());
    reader.send("GET /v1/events/stream?after=0 HTTP/1.0\r\n\r\n");
    const std::string text = reader.read_until("\"detail\":null}\n\n");
    EXPECT_THAT(text, StartsWith("HTTP/1.0 200 OK\r\n"));
    EXPECT_THAT(text, testing::Not(HasSubstr("chunked")));
}

TEST(LiveStream, AnswersHeadWithoutABody) {
    RunningServer server;
    const auto response = server.client().send({"HEAD", kStream, {}, "", ""});
    ASSERT_TRUE(response) << response.error().text();
    EXPECT_EQ(response->content_type, "text/event-stream");
}

} // namespace
} // namespace gmguard::admin
