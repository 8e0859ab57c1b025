// SPDX-License-Identifier: BSD-2-Clause
// The server over TCP, and writers that meet (A4). TLS: tests/e2e.
#include "unit/admin/running_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

namespace gmguard::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

void write_owned(const std::string& path, const std::string& text) {
    std::ofstream(path) << text << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                           std::filesystem::perms::owner_write);
}

class Tcp : public testing::Test {
  protected:
    Tcp() {
        write_owned(scratch_.path("tokens"),
                    token_line({"view", Role::viewer, digest_of("gmg_view"), {}}));
        write_owned(scratch_.path("token"), "gmg_view");
        write_owned(scratch_.path("wrong"), "gmg_wrong");
        auto tokens = std::make_shared<TokenFile>(TokenFile::open(scratch_.path("tokens")).value());
        server_.emplace(
            RunningServer::Place{"http://127.0.0.1:0", {"http", {}, tokens, {}, {}}, {}});
    }

    Result<Response> ask(const std::string& token, const std::string& method = "GET") {
        const auto where = "http://127.0.0.1:" + std::to_string(server_->port());
        return HttpClient({where, token.empty() ? "" : scratch_.path(token), {}}, 5s)
            .send({method, "/v1/interfaces/gm0", {}, "", ""});
    }

    Scratch scratch_;
    std::optional<RunningServer> server_;
};

TEST_F(Tcp, AnswersWhoHasAToken) {
    const auto response = ask("token");
    ASSERT_TRUE(response) << response.error().text();
    EXPECT_EQ(response->status, 200u);
}

TEST_F(Tcp, RefusesWhoHasNone) {
    for (const char* token : {"", "wrong"}) {
        const auto response = ask(token);
        ASSERT_TRUE(response) << response.error().text();
        EXPECT_EQ(response->status, 401u);
    }
    EXPECT_EQ(ask("token", "DELETE")->status, 403u);
    EXPECT_EQ(ask("none").error().kind, ErrorKind::invalid) << "there is no such file";
    EXPECT_EQ(server_->api().refusals().count(Refused::credentials), 2u);
    EXPECT_EQ(server_->api().refusals().count(Refused::role), 1u);
}

TEST_F(Tcp, SaysWhoTheyAre_InTheMetrics) {
    (void)ask("wrong");
    const store::Store store{{}};
    const auto metrics =
        metrics_text(server_->guard(), EventLog(1), store, {}, server_->api().refusals());
    EXPECT_THAT(metrics, HasSubstr("gmguard_http_refused_total{reason=\"credentials\"} 1\n"));
    EXPECT_THAT(metrics, HasSubstr("gmguard_http_refused_total{reason=\"handshake\"} 0\n"));
}

TEST_F(Tcp, IsTakenOnce) {
    boost::asio::io_context io;
    const auto where = "http://127.0.0.1:" + std::to_string(server_->port());
    EXPECT_EQ(HttpServer::listen(io, {where, {}, {}}, {}).error().kind, ErrorKind::conflict);
}

// --- A4: each writer adds identities to one binding, as it was read. A lost update is a lost name.

constexpr int kWriters = 8;
constexpr int kUpdates = 12;
const std::string kTarget = "/v1/bindings/192.0.2.7:5060";

// Reads, adds, writes; false: somebody else was faster.
bool add(const HttpClient& client, const std::string& name) {
    const auto there = client.send({"GET", kTarget, {}, "", ""});
    auto body = boost::json::parse(there->body).as_object();
    auto impus = body.at("impus").as_array();
    impus.emplace_back(name);
    const boost::json::object wanted{
        {"impi", body.at("impi")}, {"impus", impus}, {"expires_s", 60}};
    const std::string etag(there->header("ETag").value_or("none"));
    const auto done = client.send({"PUT",
                                   kTarget,
                                   {{"If-Match", etag}, {"Content-Type", "application/json"}},
                                   boost::json::serialize(wanted),
                                   ""});
    EXPECT_TRUE(done->status == 200 || done->status == 412) << done->body;
    return done->status == 200;
}

TEST(Writers, LoseNoUpdate) {
    RunningServer server;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer)
        writers.emplace_back([&server, writer] {
            for (int i = 0; i < kUpdates; ++i)
                while (!add(server.client(),
                            "sip:" + std::to_string(writer) + "-" + std::to_string(i) + "@x"))
                    continue;
        });
    for (std::thread& writer : writers)
        writer.join();
    const auto& impus = server.guard().bindings_now.at(0).impus;
    EXPECT_EQ(impus.size(), 1u + kWriters * kUpdates);
    EXPECT_EQ(std::set(impus.begin(), impus.end()).size(), impus.size());
}

} // namespace
} // namespace gmguard::admin
