// SPDX-License-Identifier: BSD-2-Clause
// What watches: status, drops, events.
#include "commands.hpp"
#include "fake_server.hpp"

#include <gtest/gtest.h>

using namespace gmguard::cli;
namespace json = boost::json;
using Lines = std::vector<std::string>;

namespace {

std::string status_text(bool ready) {
    return std::string(R"({"version":"0.1.0","commit":null,"kernel":"6.1.0","uptime_s":724,
        "cgroup":null,"listeners":[{"name":"gm","profile":"annex-d","protection":"esp",
        "address":"any","unprotected_ports":["5060"],"protected_ports":["6100-6101"],
        "shared_interface":false}],"warnings":["no cgroup"],"default_mode":"monitor",
        "interfaces":["gm0"],"bindings":{"pending":0,"bound":3,"shadow":1},
        "maps":[{"map":"gm_bindings","entries":4,"capacity":100},
                {"map":"gm_owners","entries":9,"capacity":100}],
        "losses":{"events":0},"readiness":{"ready":)") +
           (ready ? R"(true,"reasons":[]}})" : R"(false,"reasons":["ring is gone"]}})");
}

void answer_all_of_status(FakeSession& fake, bool ready) {
    fake.server.answer(200, status_text(ready));
    fake.server.answer(200, R"({"items":[{"name":"gm0","side":"gm","xdp_mode":"native",
                                "hooks":[],"since":null}]})");
    fake.server.answer(200, R"({"default":"monitor","listeners":[{"listener":"gm",
        "effective":{"side":"off","limits":"enforce"}}]})");
    fake.server.answer(200, R"({"items":[{"dropped":5,"would_drop":0},{"dropped":2,
        "would_drop":9}]})");
}

std::string event(int id) {
    return R"({"id":)" + std::to_string(id) +
           R"(,"time":"2026-01-02T03:04:05Z","type":"drop","reason":"blocked"})";
}

} // namespace

TEST(Status, ShowsWhatIsGuarded) {
    FakeSession fake;
    answer_all_of_status(fake, true);
    EXPECT_EQ(status(fake.session), Exit::ok);
    EXPECT_EQ(fake.server.questions(), (Lines{"GET /v1/status", "GET /v1/interfaces",
                                              "GET /v1/mode", "GET /v1/drops?nonzero=true"}));
    EXPECT_EQ(fake.out.str(), "controller    gmguardd 0.1.0, kernel 6.1.0, up 12m04s\n"
                              "ready         yes\n"
                              "default mode  monitor\n"
                              "cgroup        not attached\n"
                              "associations  known by address and port: this kernel does not "
                              "tell the SPI that decrypted\n"
                              "bindings      3 bound, 1 shadow\n"
                              "packets       7 dropped, 9 would be dropped\n"
                              "fullest map   gm_owners 9 of 100\n"
                              "losses        none\n"
                              "warning       no cgroup\n"
                              "\n"
                              "INTERFACE  NETNS  SIDE  XDP     HOOKS  FOR\n"
                              "gm0        -      gm    native  gone     -\n"
                              "\n"
                              "LISTENER  ADDRESS  UNPROTECTED  PROTECTED  PROFILE  IPSEC  MODE\n"
                              "gm        any      5060         6100-6101  annex-d  esp    mixed\n");
}

TEST(Status, IsDegraded_WhereTheGuardIsNotReady) {
    FakeSession fake;
    answer_all_of_status(fake, false);
    EXPECT_EQ(status(fake.session), Exit::degraded);
    EXPECT_NE(fake.out.str().find("not ready     ring is gone\n"), std::string::npos);
    FakeSession with_json(Format::json);
    with_json.server.answer(200, status_text(false));
    EXPECT_EQ(status(with_json.session), Exit::degraded);
    EXPECT_EQ(json::parse(with_json.out.str()), json::parse(status_text(false)));
}

TEST(Status, ShowsWhatIsPinned_WhereNobodyAnswers) {
    FakeSession fake(Format::json);
    EXPECT_EQ(status(fake.session), Exit::degraded);
    EXPECT_EQ(text(json::parse(fake.err.str()), "status"), "503");
    const auto pinned = json::parse(fake.out.str());
    EXPECT_EQ(text(pinned, "controller"), "unreachable");
    EXPECT_EQ(text(pinned, "pins"), "/nowhere/pins");
    EXPECT_TRUE(list(pinned, "interfaces").empty());
}

TEST(Drops, AreATable_WithWhatWasLost) {
    FakeSession fake;
    fake.server.answer(200, R"({"items":[{"listener":"gm","hook":"front","reason":"not_register",
        "dropped":12,"would_drop":0},{"listener":null,"hook":"inside","reason":"blocked",
        "dropped":0,"would_drop":3}],"losses":{"sip_clear":0,"events":5,"leaked_keys":1}})");
    EXPECT_EQ(drops(fake.session), Exit::ok);
    EXPECT_EQ(fake.server.questions(), Lines{"GET /v1/drops?nonzero=true"});
    EXPECT_EQ(fake.out.str(),
              "LISTENER  HOOK    REASON        DROPPED  WOULD DROP\n"
              "gm        front   not_register       12           0\n"
              "-         inside  blocked             0           3\n"
              "\n"
              "did not reach the controller  5 events\n"
              "ALARM                         1 answers left with ck= or ik= in them\n");
}

TEST(Events, ShowsTheLastOnes) {
    FakeSession fake;
    fake.server.answer(200,
                       R"({"items":[)" + event(7) + R"(],"next_after":7,"lost":2,"more":true})");
    EventsOptions options;
    options.reason = "blocked,oversize";
    options.limit = 1;
    EXPECT_EQ(events(fake.session, options), Exit::ok);
    EXPECT_EQ(fake.server.questions(), Lines{"GET /v1/events?reason=blocked%2Coversize&limit=1"});
    EXPECT_EQ(fake.out.str(), "TIME (UTC)          EVENT         REASON            WHAT\n"
                              "01-02 03:04:05Z     DROP          blocked           -\n");
    EXPECT_EQ(fake.err.str(), "2 older events are gone\nthere are more; --limit shows them, -f "
                              "waits for new ones\n");
}

TEST(EventsFollow, GoesOnWhereItBrokeOff) {
    FakeSession fake(Format::jsonl);
    fake.pauses = 1;
    fake.server.answer(200,
                       R"({"items":[)" + event(7) + R"(],"next_after":7,"lost":0,"more":false})");
    fake.server.answer(200, event(8) + "\n\n" + event(9) + "\n");
    fake.server.answer(200, "\n" + event(10) + "\n");
    EventsOptions options;
    options.follow = true;
    options.impi = "a@b";
    EXPECT_EQ(events(fake.session, options), Exit::degraded) << "gave up after one more try";
    EXPECT_EQ(fake.server.questions(), (Lines{"GET /v1/events?impi=a%40b&limit=50",
                                              "GET /v1/events/stream?impi=a%40b&after=7",
                                              "GET /v1/events/stream?impi=a%40b&after=9"}));
    EXPECT_NE(fake.server.asked[1].header("Accept").value_or("").find("application/x-ndjson"),
              std::string_view::npos);
    std::istringstream lines(fake.out.str());
    std::string ids;
    for (std::string line; std::getline(lines, line);)
        ids += text(json::parse(line), "id") + " ";
    EXPECT_EQ(ids, "7 8 9 10 ");
}

TEST(EventsFollow, Fails_WhereTheStreamIsRefused) {
    FakeSession fake;
    fake.pauses = 5;
    fake.server.answer(200, R"({"items":[],"next_after":7,"lost":0,"more":false})");
    fake.server.answer(503, R"({"status":503,"title":"Too many connections","detail":"busy"})");
    EventsOptions options;
    options.follow = true;
    EXPECT_EQ(events(fake.session, options), Exit::degraded);
    EXPECT_EQ(fake.server.asked.size(), 2U);
    EXPECT_EQ(fake.err.str(), "gmguard: busy\n");
}

TEST(EventsFollow, Fails_WhereNobodyAnswersAtAll) {
    FakeSession fake;
    fake.pauses = 5;
    EventsOptions options;
    options.follow = true;
    EXPECT_EQ(events(fake.session, options), Exit::degraded);
    EXPECT_EQ(fake.server.asked.size(), 1U);
}
