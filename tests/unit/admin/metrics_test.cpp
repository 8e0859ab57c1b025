// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

class Metrics : public ApiTest {
  protected:
    std::string text() { return ask("GET", "/metrics").body; }
};

TEST_F(Metrics, TellWhatIsJudgedAndWhy) {
    for (const char* line : {
             R"(gmguard_packets_total{listener="gm",hook="front",verdict="pass"} 38)",
             R"(gmguard_packets_total{listener="gm",hook="front",verdict="drop"} 3)",
             R"(gmguard_packets_total{listener="gm",hook="front",verdict="would_drop"} 2)",
             R"(gmguard_drops_total{listener="gm",hook="front",reason="contact_mismatch"} 3)",
             R"(gmguard_would_drop_total{listener="gm",hook="front",reason="selector_taken"} 2)",
             R"(gmguard_drops_total{listener="",hook="front",reason="blocked"} 0)",
             R"(gmguard_bindings{state="bound"} 1)",
             R"(gmguard_map_capacity{map="gm_bindings"} 100000)",
             R"(gmguard_registrations_total{result="bound"} 5)",
             R"(gmguard_attached{interface="gm0",hook="answers",xdp_mode="native"} 1)",
             R"(gmguard_mode{listener="gm",check="limits"} 1)",
             R"(gmguard_mode{listener="gm-v6",check="limits"} 2)",
             R"(gmguard_build_info{version="0.1.0",commit="",kernel="6.1.0-37-amd64"} 1)",
             "gmguard_store_up 1",
             R"(gmguard_store_rows{table="changes"} 0)",
             R"(gmguard_events_lost_total{stage="journal"} 0)",
             "# TYPE gmguard_drops_total counter",
             "# TYPE gmguard_bindings gauge",
         })
        EXPECT_THAT(text(), HasSubstr(std::string(line) + "\n"));
}

TEST_F(Metrics, CountRequestsByRouteNotByPath) {
    (void)ask("GET", "/v1/bindings/b_1");
    (void)ask("GET", "/v1/bindings/b_2");
    (void)ask("GET", "/secret-path");
    EXPECT_THAT(
        text(),
        HasSubstr(R"(gmguard_http_requests_total{route="/v1/bindings/{id}",code="200"} 1)"));
    EXPECT_THAT(
        text(),
        HasSubstr(R"(gmguard_http_requests_total{route="/v1/bindings/{id}",code="404"} 1)"));
    EXPECT_THAT(text(), HasSubstr(R"(gmguard_http_requests_total{route="",code="404"} 1)"));
    EXPECT_THAT(text(), Not(HasSubstr("secret")));
}

TEST_F(Metrics, TellWhatWasLost) {
    guard_.losses_now.sip_core = 7;
    guard_.losses_now.leaked_keys = 1;
    log_.append(drop_event());
    EXPECT_THAT(text(), HasSubstr(R"(gmguard_events_lost_total{stage="sip_core"} 7)"));
    EXPECT_THAT(text(), HasSubstr("gmguard_leaked_keys_total 1\n"));
    EXPECT_THAT(text(), HasSubstr("gmguard_events_total 1\n"));
}

TEST_F(Metrics, NameNoIdentityAndNoAddress) {
    log_.append(drop_event());
    EXPECT_THAT(text(), Not(HasSubstr("alice")));
    EXPECT_THAT(text(), Not(HasSubstr("192.0.2.7")));
}

} // namespace
} // namespace gmguard::admin
