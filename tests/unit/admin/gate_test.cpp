// SPDX-License-Identifier: BSD-2-Clause
// Who gets in (A6, A8): a table of requests, and what back-off does.
#include "admin/gate.hpp"
#include "unit/admin/scratch.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace gmguard::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto kOpened = Gate::Clock::time_point{} + 1h;

void write_owned(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                           std::filesystem::perms::owner_write);
}

std::string line(const std::string& name, Role role, const std::string& token) {
    return token_line({name, role, digest_of(token), std::nullopt}) + "\n";
}

class GateTest : public testing::Test {
  protected:
    GateTest() {
        write_owned(path_, line("ops", Role::admin, "gmg_ops") +
                               line("prometheus", Role::viewer, "gmg_view") + "old admin " +
                               token_line({"x", {}, digest_of("gmg_old"), {}})
                                   .substr(std::string("x viewer ").size()) +
                               " 2020-01-01T00:00:00Z\n");
        auto tokens = TokenFile::open(path_);
        if (!tokens)
            throw std::runtime_error(tokens.error().text());
        access_.tokens = std::make_shared<TokenFile>(std::move(*tokens));
    }

    Scratch scratch_;
    std::string path_ = scratch_.path("tokens");
    Access access_{"https", {"guard.example"}, nullptr, {"ops.example"}, {"view.example"}};
    Refusals refusals_;
    Peer peer_{"192.0.2.7:40000", Address::parse("192.0.2.7"), Address::parse("192.0.2.1"), {}};
};

struct GateRow {
    const char* description;
    const char* method;
    std::vector<Header> headers;
    const char* certificate;
    unsigned status;  // 0: gets in
    const char* told; // the caller, or a part of the answer
};

const Header kHost{"Host", "192.0.2.1:8480"};
const Header kOps{"Authorization", "Bearer gmg_ops"};
const Header kView{"Authorization", "Bearer gmg_view"};

const GateRow kGateRows[] = {
    {"an admin's token", "DELETE", {kHost, kOps}, "", 0, "token ops"},
    {"a viewer's token", "GET", {kHost, kView}, "", 0, "token prometheus"},
    {"a viewer asks for the head", "HEAD", {kHost, kView}, "", 0, "token prometheus"},
    {"scheme in any case", "GET", {kHost, {"authorization", "bEARER gmg_ops"}}, "", 0, "token ops"},
    {"no credentials", "GET", {kHost}, "", 401, "Authorization: Bearer TOKEN"},
    {"an unknown token", "GET", {kHost, {"Authorization", "Bearer gmg_opt"}}, "", 401, "not known"},
    {"no token", "GET", {kHost, {"Authorization", "Bearer "}}, "", 401, "not known"},
    {"the digest instead of the token",
     "GET",
     {kHost, {"Authorization", "Bearer 3f1c2"}},
     "",
     401,
     "not known"},
    {"another scheme", "GET", {kHost, {"Authorization", "Basic b3BzOg=="}}, "", 401, "who asks?"},
    {"an expired token",
     "GET",
     {kHost, {"Authorization", "Bearer gmg_old"}},
     "",
     401,
     "of old has expired"},
    {"a viewer writes", "PUT", {kHost, kView}, "", 403, "token prometheus is a viewer"},
    {"a viewer posts", "POST", {kHost, kView}, "", 403, "viewer"},
    {"an unknown method of a viewer", "BREW", {kHost, kView}, "", 403, "viewer"},
    {"an admin's certificate", "PUT", {kHost}, "ops.example", 0, "certificate ops.example"},
    {"a viewer's certificate", "GET", {kHost}, "view.example", 0, "certificate view.example"},
    {"a viewer's certificate writes", "PUT", {kHost}, "view.example", 403, "is a viewer"},
    {"a certificate of nobody", "GET", {kHost}, "eve.example", 403, "neither among"},
    {"a wrong token is not mended by a certificate",
     "GET",
     {kHost, {"Authorization", "Bearer x"}},
     "ops.example",
     401,
     "not known"},
    {"a configured name", "GET", {{"Host", "GUARD.example:8480"}, kOps}, "", 0, "token ops"},
    {"through a forwarded port", "GET", {{"Host", "192.0.2.1:9000"}, kOps}, "", 0, "token ops"},
    {"a name that was made to point here (DNS rebinding)",
     "GET",
     {{"Host", "evil.example:8480"}, kOps},
     "",
     403,
     "admin.names"},
    {"the address of somebody else", "GET", {{"Host", "192.0.2.2"}, kOps}, "", 403, "admin.names"},
    {"a name in front of ours",
     "GET",
     {{"Host", "guard.example.evil.test"}, kOps},
     "",
     403,
     "no name"},
    {"an empty Host", "GET", {{"Host", ""}, kOps}, "", 403, "no name"},
    {"a bracket alone", "GET", {{"Host", "["}, kOps}, "", 403, "no name"},
    {"our own page",
     "PUT",
     {kHost, kOps, {"Origin", "https://192.0.2.1:8480"}},
     "",
     0,
     "token ops"},
    {"a page of another origin",
     "PUT",
     {kHost, kOps, {"Origin", "https://evil.example"}},
     "",
     403,
     "evil.example"},
    {"a page without origin", "GET", {kHost, kOps, {"Origin", "null"}}, "", 403, "null"},
    {"our page in clear",
     "GET",
     {kHost, kOps, {"Origin", "http://192.0.2.1:8480"}},
     "",
     403,
     "origin"},
    {"another port", "GET", {kHost, kOps, {"Origin", "https://192.0.2.1:80"}}, "", 403, "origin"},
};

TEST_F(GateTest, LetsInWhoMay) {
    for (const GateRow& row : kGateRows) {
        SCOPED_TRACE(row.description);
        Gate gate(access_, refusals_); // without the failures of the rows before
        Request request;
        request.method = row.method;
        request.headers = row.headers;
        peer_.certificate = row.certificate;
        const auto refusal = gate.admit(request, peer_, kOpened);
        EXPECT_EQ(refusal ? refusal->status : 0, row.status) << (refusal ? refusal->body : "");
        EXPECT_THAT(refusal ? refusal->body : request.caller, HasSubstr(row.told));
        if (refusal && refusal->status == 401) {
            EXPECT_EQ(refusal->header("WWW-Authenticate"), "Bearer realm=\"gmguard\"");
        }
    }
}

TEST_F(GateTest, OfAUnixSocketLetsEverybodyIn_ButNoPage) {
    Gate gate({}, refusals_);
    const Peer local{"uid 0 gid 0 pid 123", std::nullopt, std::nullopt, {}};
    Request request;
    request.method = "DELETE";
    request.headers = {{"Host", "anything"}};
    EXPECT_FALSE(gate.admit(request, local, kOpened));
    EXPECT_EQ(request.caller, "uid 0 gid 0 pid 123");
    EXPECT_EQ(request.role, Role::admin);
    request.headers.push_back({"Origin", "http://anything"});
    EXPECT_EQ(gate.admit(request, local, kOpened)->status, 403u);
}

TEST_F(GateTest, WithoutACertificateOfViewers_LetsAllOfTheCaLook) {
    access_.viewers.clear();
    Gate gate(access_, refusals_);
    Request request{"GET", "/", {kHost}, "", ""};
    peer_.certificate = "anybody.example";
    EXPECT_FALSE(gate.admit(request, peer_, kOpened));
    EXPECT_EQ(request.role, Role::viewer);
}

class GateBackoff : public GateTest {
  protected:
    Gate gate_{access_, refusals_};

    unsigned ask(const char* token, Gate::Clock::time_point now) {
        Request request{
            "GET", "/", {kHost, {"Authorization", std::string("Bearer ") + token}}, "", ""};
        const auto refusal = gate_.admit(request, peer_, now);
        return refusal ? refusal->status : 200;
    }
};

TEST_F(GateBackoff, SlowsDownWhoGuesses) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(ask("guess", kOpened), 401u) << i;
    EXPECT_EQ(ask("guess", kOpened), 429u);
    EXPECT_EQ(ask("guess", kOpened + 10min), 401u) << "the wait is over";
    EXPECT_EQ(refusals_.count(Refused::credentials), 6u);
    EXPECT_EQ(refusals_.count(Refused::backoff), 1u);
}

TEST_F(GateBackoff, LocksNobodyOut) {
    for (int i = 0; i < 1000; ++i)
        (void)ask("guess", kOpened);
    EXPECT_EQ(ask("gmg_ops", kOpened), 200u) << "a good token, of the same address";
    peer_.address = Address::parse("192.0.2.8");
    EXPECT_EQ(ask("guess", kOpened), 401u) << "a first mistake, of another address";
}

TEST_F(GateBackoff, TellsTheLogSomeLines_AndNeverAToken) {
    std::vector<std::string> lines;
    refusals_.tell_to([&](const std::string& text) { lines.push_back(text); });
    for (int i = 0; i < 1000; ++i)
        refusals_.note(Refused::host, "x", "y", Refusals::Clock::time_point{} + 1h);
    EXPECT_EQ(lines.size(), 5u);
    lines.clear();
    Request request{
        "GET", "/", {{"Host", "a\r\nb\x1b[2J\""}, {"Authorization", "Bearer gmg_secret"}}, "", ""};
    (void)gate_.admit(request, peer_, Gate::Clock::time_point{} + 2h);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_THAT(lines[0], HasSubstr("192.0.2.7:40000 refused (host): Host \"a\\x0d\\x0ab\\x1b[2J"));
    EXPECT_THAT(lines[0], HasSubstr("995 more before"));
    EXPECT_THAT(lines[0], testing::Not(HasSubstr("secret")));
    EXPECT_EQ(lines[0].find_first_of("\r\n\x1b"), std::string::npos);
}

TEST(Backoff, GrowsToAMinute_AndKnowsNotMoreThanSoManySources) {
    Backoff backoff;
    const Address one = *Address::parse("2001:db8::1"), same = *Address::parse("2001:db8::2");
    for (int i = 0; i < 5; ++i)
        backoff.fail(one, kOpened);
    EXPECT_EQ(backoff.wait(same, kOpened), 1s) << "the same /64";
    for (int i = 0; i < 100; ++i)
        backoff.fail(one, kOpened);
    EXPECT_EQ(backoff.wait(one, kOpened), 64s);
    for (std::uint32_t i = 0; i < 5000; ++i)
        backoff.fail(Address((uint128{0xffff} << 32) | i), kOpened + 1s);
    EXPECT_LE(backoff.sources(), 1024u);
    backoff.fail(one, kOpened + 1h);
    EXPECT_EQ(backoff.sources(), 1u) << "what was long ago is forgotten";
}

} // namespace
} // namespace gmguard::admin
