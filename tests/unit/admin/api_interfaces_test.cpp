// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::ElementsAre;

class InterfacesApi : public ApiTest {};

TEST_F(InterfacesApi, AttachesWhatIsNew) {
    const Response response =
        ask("PUT", "/v1/interfaces/gm1", R"({"netns":"pcscf","xdp_mode":"generic","side":"gm"})");
    EXPECT_EQ(response.status, 201u);
    EXPECT_EQ(guard_.attach_asked.name, "gm1");
    EXPECT_EQ(guard_.attach_asked.netns, "pcscf");
    EXPECT_EQ(guard_.attach_asked.xdp_mode, XdpMode::generic);
    EXPECT_EQ(json_of(response).at("xdp_mode"), "generic");
    EXPECT_EQ(response.header("ETag"), etag("/v1/interfaces/gm1"));
}

TEST_F(InterfacesApi, AttachesNativeOnTheGmSide_WhenThereIsNoBody) {
    EXPECT_EQ(ask("PUT", "/v1/interfaces/gm1").status, 201u);
    EXPECT_EQ(guard_.attach_asked.xdp_mode, XdpMode::native);
    EXPECT_EQ(guard_.attach_asked.side, GM_SIDE_GM);
}

TEST_F(InterfacesApi, ChangesWhatIsThere_OnlyWithItsETag) {
    const std::string target = "/v1/interfaces/gm0";
    const auto stale = if_match(target);
    EXPECT_EQ(ask("PUT", target, R"({"xdp_mode":"generic"})").status, 428u);
    EXPECT_EQ(ask("PUT", target, R"({"xdp_mode":"generic"})", stale).status, 200u);
    EXPECT_EQ(ask("PUT", target, R"({"xdp_mode":"native"})", stale).status, 412u);
    EXPECT_EQ(guard_.interfaces_now.front().xdp_mode, XdpMode::generic);
}

TEST_F(InterfacesApi, Detaches_OnlyWithItsETag) {
    const std::string target = "/v1/interfaces/gm0";
    EXPECT_EQ(problem_of(ask("DELETE", target)), "precondition_required");
    EXPECT_EQ(problem_of(ask("DELETE", target, "", {{"If-Match", "\"0\""}})),
              "precondition_failed");
    EXPECT_EQ(problem_of(ask("DELETE", target, "", {{"If-Match", "*"}})), "precondition_required")
        << "which is of no one in particular";
    EXPECT_EQ(guard_.interfaces_now.size(), 1u);
    EXPECT_EQ(ask("DELETE", target, "", if_match(target)).status, 204u);
    EXPECT_TRUE(guard_.interfaces_now.empty());
    EXPECT_EQ(problem_of(ask("DELETE", target, "", {{"If-Match", "*"}})), "not_found");
}

TEST_F(InterfacesApi, DetachesNotOverAndOver) {
    const std::string target = "/v1/interfaces/gm0";
    const auto attached = guard_.interfaces_now;
    unsigned detached = 0;
    for (Response response; detached < 1000; ++detached) {
        guard_.interfaces_now = attached;
        response = ask("DELETE", target, "", if_match(target));
        if (response.status == 204)
            continue;
        EXPECT_EQ(problem_of(response), "too_many_requests");
        EXPECT_EQ(response.header("Retry-After"), "1");
        EXPECT_EQ(guard_.interfaces_now.size(), 1u);
        break;
    }
    EXPECT_GE(detached, 32u);
    EXPECT_LT(detached, 1000u);
}

TEST_F(InterfacesApi, RefusesBodiesThatSaySomethingElse) {
    const Response response = ask("PUT", "/v1/interfaces/gm1",
                                  R"({"netns":"","xdp_mode":"fast","side":7,"mode":"enforce"})");
    EXPECT_EQ(response.status, 422u);
    EXPECT_THAT(pointers_of(response), ElementsAre("/netns", "/side", "/xdp_mode", "/mode"));
}

TEST_F(InterfacesApi, RefusesNamesThatTheKernelWould) {
    for (const char* name : {"a%2Fb", "a:b", "a%20b", "..", "sixteen-letters-", "%00", "%0a"})
        EXPECT_EQ(problem_of(ask("PUT", std::string("/v1/interfaces/") + name)), "invalid") << name;
    EXPECT_EQ(guard_.attach_asked.name, "");
}

struct ApiInterfacesRow {
    ErrorKind kind;
    unsigned status;
    const char* problem;
};

constexpr ApiInterfacesRow kErrors[] = {
    {ErrorKind::invalid, 422, "invalid"},     {ErrorKind::not_found, 404, "not_found"},
    {ErrorKind::conflict, 409, "conflict"},   {ErrorKind::unsupported, 501, "unsupported"},
    {ErrorKind::exhausted, 507, "exhausted"}, {ErrorKind::unavailable, 503, "unavailable"},
    {ErrorKind::system, 500, "internal"},
};

TEST_F(InterfacesApi, GivesEveryErrorOfTheGuardItsStatus) {
    for (const ApiInterfacesRow& row : kErrors) {
        guard_.failure = Error{row.kind, 0, "interface gm1", "cannot attach", "try later"};
        const Response response = ask("PUT", "/v1/interfaces/gm1?", "{}");
        EXPECT_EQ(response.status, row.status);
        EXPECT_EQ(problem_of(response), row.problem);
        const auto body = json_of(response);
        EXPECT_EQ(body.at("detail"), "interface gm1: cannot attach; try later");
        EXPECT_EQ(body.at("instance"), "/v1/interfaces/gm1");
        EXPECT_EQ(body.at("request_id"), "r-1");
    }
}

TEST_F(InterfacesApi, RefusesBodiesThatAreNoJson) {
    const std::string target = "/v1/interfaces/gm1";
    EXPECT_EQ(problem_of(ask("PUT", target, "{")), "malformed_request");
    EXPECT_EQ(problem_of(ask("PUT", target, "[]")), "invalid");
    EXPECT_EQ(problem_of(ask("PUT", target, "netns=x",
                             {{"Content-Type", "application/x-www-form-urlencoded"}})),
              "unsupported_media_type");
    EXPECT_EQ(
        ask("PUT", target, "{}", {{"Content-Type", "Application/JSON; charset=utf-8"}}).status,
        201u);
}

} // namespace
} // namespace gmguard::admin
