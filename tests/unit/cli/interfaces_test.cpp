// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "fake_server.hpp"

#include <gtest/gtest.h>

using namespace gmguard::cli;
namespace json = boost::json;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kGm0 = R"({"name":"gm0","netns":null,"ifindex":3,"side":"gm",
    "xdp_mode":"native","hooks":["front","answers"],"since":"2026-01-02T03:04:00Z"})";
constexpr const char* kTwo = R"({"items":[
    {"name":"gm0","netns":"pcscf","side":"gm","xdp_mode":"generic","hooks":["front","answers"],
     "since":"2026-01-02T03:04:00Z"},
    {"name":"mw0","netns":null,"side":"core","xdp_mode":"native","hooks":[],"since":null}]})";

} // namespace

TEST(Interfaces, AreATable) {
    FakeSession fake;
    fake.server.answer(200, kTwo);
    EXPECT_EQ(interfaces(fake.session), Exit::ok);
    EXPECT_EQ(fake.out.str(), "INTERFACE  NETNS  SIDE  XDP      HOOKS           FOR\n"
                              "gm0        pcscf  gm    generic  front, answers   5s\n"
                              "mw0        -      core  -        -                 -\n");
}

TEST(Interfaces, SayWhatToDoNext_WhereThereAreNone) {
    FakeSession fake;
    fake.server.answer(200, R"({"items":[]})");
    EXPECT_EQ(interfaces(fake.session), Exit::ok);
    EXPECT_EQ(fake.err.str(), "nothing is guarded; next: gmguard attach INTERFACE\n");
}

TEST(Attach, PutsTheInterface) {
    FakeSession fake;
    fake.server.answer(404, R"({"status":404,"title":"Not found"})");
    fake.server.answer(201, kGm0);
    EXPECT_EQ(attach(fake.session, {"gm0", "pcscf", "gm", "generic"}), Exit::ok);
    EXPECT_EQ(fake.server.questions(), (Lines{"GET /v1/interfaces/gm0", "PUT /v1/interfaces/gm0"}));
    EXPECT_EQ(json::parse(fake.server.asked[1].body),
              json::parse(R"({"netns":"pcscf","side":"gm","xdp_mode":"generic"})"));
    EXPECT_EQ(fake.out.str(), "gm0: guarded at front, answers, XDP native\n");
}

TEST(Attach, LeavesTheNamespaceOut_WhereItIsTheDaemons) {
    FakeSession fake;
    fake.server.answer(404, R"({"status":404,"title":"Not found"})");
    fake.server.answer(201, kGm0);
    EXPECT_EQ(attach(fake.session, {"eth0.100", "", "core", "native"}), Exit::ok);
    EXPECT_EQ(json::parse(fake.server.asked[1].body),
              json::parse(R"({"side":"core","xdp_mode":"native"})"));
    EXPECT_EQ(fake.out.str(), "eth0.100: known as an interface of the core\n");
}

TEST(Attach, NamesWhatItSaw_WhereItIsAttachedAlready) {
    FakeSession fake;
    fake.server.answer(200, kGm0, {{"ETag", "\"e\""}});
    fake.server.answer(409, R"({"status":409,"title":"Conflict","detail":"XDP slot is taken"})");
    EXPECT_EQ(attach(fake.session, {"gm0", "", "gm", "native"}), Exit::conflict);
    EXPECT_EQ(fake.server.asked[1].header("If-Match"), "\"e\"");
    EXPECT_EQ(fake.err.str(), "gmguard: XDP slot is taken\n");
}

TEST(Detach, DeletesTheInterface) {
    FakeSession fake;
    fake.server.answer(200, kGm0, {{"ETag", "\"e\""}});
    fake.server.answer(204, "");
    EXPECT_EQ(detach(fake.session, {"gm0", false}), Exit::ok);
    EXPECT_EQ(fake.server.questions(),
              (Lines{"GET /v1/interfaces/gm0", "DELETE /v1/interfaces/gm0"}));
    EXPECT_EQ(fake.out.str(), "gm0: no longer guarded\n");
}

TEST(Detach, WaitsUntilTheDaemonTakesOneMore) {
    FakeSession fake;
    fake.pauses = 1;
    fake.server.answer(200, kGm0, {{"ETag", "\"e\""}});
    fake.server.answer(429, R"({"status":429,"title":"Too many requests"})");
    fake.server.answer(200, kGm0, {{"ETag", "\"e\""}});
    fake.server.answer(204, "");
    EXPECT_EQ(detach(fake.session, {"gm0", false}), Exit::ok);
    EXPECT_EQ(fake.server.asked.size(), 4u);
}

TEST(DetachAll, DeletesEach_AndSaysWhatStays) {
    FakeSession fake;
    fake.server.answer(200, kTwo);
    for (int i = 0; i < 2; ++i) {
        fake.server.answer(200, kGm0, {{"ETag", "\"e\""}});
        fake.server.answer(204, "");
    }
    EXPECT_EQ(detach(fake.session, {"", true}), Exit::ok);
    EXPECT_EQ(fake.server.questions(),
              (Lines{"GET /v1/interfaces", "GET /v1/interfaces/gm0", "DELETE /v1/interfaces/gm0",
                     "GET /v1/interfaces/mw0", "DELETE /v1/interfaces/mw0"}));
    EXPECT_EQ(fake.out.str(), "detached: gm0, mw0\n");
    EXPECT_NE(fake.err.str().find("gmguardd runs on"), std::string::npos);
}

TEST(DetachAll, TouchesNoPins_WhereTheDaemonAnswersWithAnError) {
    FakeSession fake;
    fake.server.answer(500, R"({"status":500,"title":"Internal error","detail":"oops"})");
    EXPECT_EQ(detach(fake.session, {"", true}), Exit::failed);
    EXPECT_EQ(fake.err.str(), "gmguard: oops\n");
}
