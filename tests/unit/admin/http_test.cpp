// SPDX-License-Identifier: BSD-2-Clause
// The server and the client over a real socket: what Beast and the kernel have a say in.
#include "admin/unix_socket.hpp"
#include "unit/admin/raw_connection.hpp"
#include "unit/admin/running_server.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace gmguard::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string get(const std::string& target, const std::string& more = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

std::string put(const std::string& body, const std::string& more = {}) {
    return "PUT /v1/interfaces/gm1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}

const std::string kClose = "Connection: close\r\n";

TEST(Http, AnswersTheClient) {
    RunningServer server;
    const auto response = server.client().send({"GET", "/v1/interfaces/gm0", {}, "", ""});
    ASSERT_TRUE(response) << response.error().text();
    EXPECT_EQ(response->status, 200u);
    EXPECT_EQ(response->content_type, "application/json");
    EXPECT_THAT(response->body, HasSubstr("\"gm0\""));
    EXPECT_TRUE(response->header("etag"));
    EXPECT_TRUE(response->header("x-request-id"));
    EXPECT_TRUE(response->header("date"));
}

TEST(Http, TakesABodyAndConditionsFromTheClient) {
    RunningServer server;
    const Request request{"PATCH",
                          "/v1/mode",
                          {{"If-Match", "*"}, {"Content-Type", "application/json"}},
                          R"({"default":"off"})",
                          ""};
    const auto response = server.client().send(request);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200u);
    EXPECT_THAT(response->body, HasSubstr(R"("default":"off")"));
}

TEST(Http, GivesTheClientErrorsAsAnswers) {
    RunningServer server;
    const auto response = server.client().send({"GET", "/nothing", {}, "", ""});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 404u);
    EXPECT_EQ(response->content_type, "application/problem+json");
    const std::string id(response->header("X-Request-Id").value_or("none"));
    EXPECT_THAT(response->body, HasSubstr("\"request_id\":\"" + id + "\""));
}

TEST(Http, HeadHasTheLengthButNoBody) {
    RunningServer server;
    RawConnection connection(server.path());
    connection.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + get("/healthz", kClose));
    const std::string text = connection.read_all();
    EXPECT_EQ(count_of(text, "Content-Length: 16\r\n"), 2);
    EXPECT_EQ(count_of(text, "{\"status\":\"ok\"}"), 1);
}

TEST(Http, AnswersPipelinedRequestsInOrder) {
    RunningServer server;
    RawConnection connection(server.path());
    connection.send(get("/healthz") + put("{\"side\":\"gm\"}") + get("/nothing") +
                    get("/readyz", kClose));
    const std::string text = connection.read_all();
    EXPECT_EQ(count_of(text, "HTTP/1.1 "), 4);
    const auto at = [&text](const char* part) { return text.find(part); };
    EXPECT_LT(at("HTTP/1.1 200 "), at("HTTP/1.1 201 "));
    EXPECT_LT(at("HTTP/1.1 201 "), at("HTTP/1.1 404 "));
    EXPECT_LT(at("HTTP/1.1 404 "), at("\"ready\":true"));
}

TEST(Http, KeepsAConnectionOpen_UntilToldOtherwise) {
    RunningServer server;
    RawConnection connection(server.path());
    for (int i = 0; i < 3; ++i) {
        connection.send(get("/healthz"));
        EXPECT_THAT(connection.read_until("ok\"}\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
    }
    connection.send("GET /healthz HTTP/1.0\r\n\r\n");
    EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.0 200 OK\r\n"));
}

struct HttpRow {
    const char* description;
    std::string bytes;
    const char* status;
};

const std::string kBig(8 * 1024, 'a');

const HttpRow kHostile[] = {
    {"no HTTP", "hello\r\n\r\n", "400"},
    {"SIP", "REGISTER sip:ims.test SIP/2.0\r\nHost: x\r\n\r\n", "400"},
    {"bad version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "400"},
    {"no Host", "GET /healthz HTTP/1.1\r\n\r\n", "400"},
    {"two Hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
     "400"},
    {"length that is none", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n", "400"},
    {"sign before a length", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n1", "400"},
    {"two lengths", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
     "400"},
    {"length and chunks",
     "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     "400"},
    {"chunks in another coding",
     "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400"},
    {"chunks twice",
     "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     "400"},
    {"folded header", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n" + kClose + "\r\n", "404"},
    {"bare line feed in a header", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", "400"},
    {"NUL in a header", std::string("GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n", 34), "400"},
    {"long target", "GET /" + kBig + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
    {"long header", get("/", "A: " + kBig + "\r\n"), "431"},
    {"body that is announced too long",
     "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", "413"},
    {"chunk that is too long",
     "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", "413"},
};

TEST(Http, RefusesHostileBytesAndCloses) {
    RunningServer server;
    for (const HttpRow& row : kHostile) {
        RawConnection connection(server.path());
        connection.send(row.bytes);
        connection.finish_sending();
        const std::string text = connection.read_all();
        EXPECT_THAT(text, StartsWith(std::string("HTTP/1.1 ") + row.status)) << row.description;
        EXPECT_THAT(text, HasSubstr("application/problem+json")) << row.description;
        EXPECT_EQ(count_of(text, "HTTP/1.1 "), 1) << row.description;
    }
    EXPECT_TRUE(server.settles_at(0));
}

TEST(Http, TakesABodyOfTheLargestSize) {
    RunningServer server;
    const std::string body(1024 * 1024, ' ');
    RawConnection connection(server.path());
    connection.send(put(body, kClose));
    EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 400")) << "it is read, and is no JSON";
}

TEST(Http, TellsTheClient_WhenItsBodyIsTooLarge) {
    RunningServer server;
    const Request request{"PUT", "/v1/interfaces/gm1", {}, std::string(3 * 1024 * 1024, ' '), ""};
    const auto response = server.client().send(request);
    ASSERT_TRUE(response) << response.error().text();
    EXPECT_EQ(response->status, 413u);
}

TEST(Http, InvitesABodyThatWaits) {
    RunningServer server;
    RawConnection connection(server.path());
    connection.send("PUT /v1/interfaces/gm1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                    "Content-Type: application/json\r\n"
                    "Expect: 100-continue\r\n" +
                    kClose + "\r\n");
    EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send("{}");
    EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 201 "));
}

TEST(Http, TakesABodyInChunks) {
    RunningServer server;
    RawConnection connection(server.path());
    connection.send("PUT /v1/interfaces/gm1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                    "Content-Type: application/json\r\n" +
                    kClose + "\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n");
    EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 201 "));
}

TEST(Http, ClosesWhoeverDoesNotFinishARequest) {
    HttpLimits limits;
    limits.request = 100ms;
    RunningServer server(limits);
    RawConnection connection(server.path());
    connection.send("GET /healthz HTTP/1.1\r\nHo");
    EXPECT_EQ(connection.read_all(), "");
}

TEST(Http, ClosesWhoeverDripsARequest) {
    HttpLimits limits;
    limits.request = 200ms;
    RunningServer server(limits);
    RawConnection connection(server.path());
    connection.send("GET /healthz HTTP/1.1\r\nA: ");
    ASSERT_TRUE(server.settles_at(1));
    for (int i = 0; i < 30 && server.connections() > 0; ++i) {
        connection.send("x");
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(server.connections(), 0u) << "a byte now and then does not extend the deadline";
}

TEST(Http, ClosesWhoeverIsIdle) {
    HttpLimits limits;
    limits.idle = 100ms;
    RunningServer server(limits);
    RawConnection connection(server.path());
    connection.send(get("/healthz"));
    EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 200 "));
}

TEST(Http, ClosesWhoeverDoesNotReadItsAnswers) {
    HttpLimits limits;
    limits.write = 100ms;
    RunningServer server(limits);
    RawConnection connection(server.path());
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += get("/v1/openapi.json");
    connection.send(many);
    EXPECT_TRUE(server.settles_at(0));
}

TEST(Http, DropsWhoeverIsSlowest_WhenItIsFull) {
    HttpLimits limits;
    limits.connections = 2;
    RunningServer server(limits);
    RawConnection slow(server.path());
    slow.send("GET /healthz HTTP/1.1\r\nHo");
    ASSERT_TRUE(server.settles_at(1));
    RawConnection idle(server.path());
    ASSERT_TRUE(server.settles_at(2));
    RawConnection third(server.path());
    third.send(get("/healthz", kClose));
    EXPECT_THAT(third.read_all(), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(slow.read_all(), "");
    idle.send(get("/healthz", kClose));
    EXPECT_THAT(idle.read_all(), StartsWith("HTTP/1.1 200 ")) << "the other one goes on";
    EXPECT_EQ(server.api().refusals().count(Refused::connections), 1u);
}

TEST(Http, RefusesMoreConnections_WhenAllAreStreams) {
    HttpLimits limits;
    limits.connections = 2;
    RunningServer server(limits);
    RawConnection first(server.path()), second(server.path());
    for (RawConnection* stream : {&first, &second}) {
        stream->send(get("/v1/events/stream"));
        EXPECT_THAT(stream->read_until("id: 0\n\n"), StartsWith("HTTP/1.1 200 "));
    }
    RawConnection third(server.path());
    const std::string refusal = third.read_until("too_busy");
    EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(refusal, HasSubstr("Retry-After: 1\r\n"));
}

TEST(Http, SurvivesAFloodOfConnections) {
    HttpLimits limits;
    limits.connections = 2;
    RunningServer server(limits);
    {
        std::vector<std::unique_ptr<RawConnection>> flood;
        for (int i = 0; i < 60; ++i)
            flood.push_back(std::make_unique<RawConnection>(server.path()));
        EXPECT_LE(server.connections(), 18u);
    }
    ASSERT_TRUE(server.settles_at(0));
    EXPECT_TRUE(server.client().send({"GET", "/healthz", {}, "", ""}));
}

TEST(Http, StopRemovesTheSocketAndEndsEverything) {
    RunningServer server;
    RawConnection idle(server.path());
    idle.send(get("/healthz"));
    (void)idle.read_until("ok\"}\n");
    server.stop();
    EXPECT_EQ(idle.read_all(), "");
    server.join();
    EXPECT_FALSE(std::filesystem::exists(server.path()));
}

TEST(Http, DestructionDropsWhatIsHalfDone) {
    RunningServer server;
    RawConnection half(server.path());
    half.send("GET /healthz HTTP/1.1\r\n");
    ASSERT_TRUE(server.settles_at(1));
    server.destroy();
    EXPECT_EQ(half.read_all(), "");
    server.join();
}

TEST(Http, ListenSaysWhatIsWrongWithTheAddress) {
    boost::asio::io_context io;
    for (const char* where : {"127.0.0.1:8480", "unix:admin.sock", "https://localhost:8480"})
        EXPECT_EQ(HttpServer::listen(io, {where, {}, {}}, {}).error().kind, ErrorKind::invalid)
            << where;
}

Result<Response> ask(const std::string& where, std::chrono::milliseconds timeout = 1s) {
    return HttpClient({where, {}, {}}, timeout).send({"GET", "/healthz", {}, "", ""});
}

TEST(HttpClient, SaysThatNobodyAnswers) {
    Scratch scratch;
    const auto response = ask("unix:" + scratch.path("none.sock"));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(response.error().text(), HasSubstr("nobody answers; is gmguardd running?"));
}

TEST(HttpClient, SaysThatAnAddressIsNone) {
    EXPECT_EQ(ask("127.0.0.1:8480").error().kind, ErrorKind::invalid);
}

TEST(HttpClient, SendsNothingInClearOverANetwork) {
    EXPECT_THAT(ask("http://192.0.2.1:8480").error().text(), HasSubstr("write https://"));
}

TEST(HttpClient, GivesUp_WhenNoAnswerComes) {
    Scratch scratch;
    const auto mute = ListeningSocket::open(scratch.path("mute.sock"));
    ASSERT_TRUE(mute);
    const auto response = ask("unix:" + scratch.path("mute.sock"), 100ms);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, ErrorKind::unavailable);
}

} // namespace
} // namespace gmguard::admin
