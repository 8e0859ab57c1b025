// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

class LeasesApi : public ApiTest {
  protected:
    Response tell(const std::string& addresses, const std::string& state = "released") {
        return ask("POST", "/v1/leases",
                   R"({"addresses":")" + addresses + R"(","state":")" + state + R"("})");
    }
};

} // namespace

TEST_F(LeasesApi, EndsWhatIsBoundThere_AndSaysWhat) {
    const auto ended = json_of(tell("192.0.2.7"));
    EXPECT_EQ(ended.at("addresses"), "192.0.2.7/32");
    ASSERT_EQ(ended.at("released").as_array().size(), 1u);
    EXPECT_EQ(ended.at("released").at(0).at("impi"), "alice@ims.test");
    EXPECT_EQ(ask("GET", "/v1/bindings/192.0.2.7:5060").status, 404u);
}

TEST_F(LeasesApi, OfNobody_IsNoError) {
    for (int twice = 0; twice < 2; ++twice) {
        const auto ended = tell("2001:db8:1:2::/64");
        EXPECT_EQ(ended.status, 200u);
        EXPECT_TRUE(json_of(ended).at("released").as_array().empty());
    }
}

TEST_F(LeasesApi, SaysWhatIsWrong) {
    EXPECT_THAT(pointers_of(tell("192.0.2.7:5060")), testing::ElementsAre("/addresses"));
    EXPECT_THAT(pointers_of(tell("192.0.2.7", "given")), testing::ElementsAre("/state"));
    EXPECT_THAT(pointers_of(ask("POST", "/v1/leases", "{}")),
                testing::ElementsAre("/addresses", "/state"));
    EXPECT_THAT(pointers_of(ask("POST", "/v1/leases",
                                R"({"addresses":"192.0.2.7","state":"released","port":1})")),
                testing::ElementsAre("/port"));
    EXPECT_EQ(ask("GET", "/v1/bindings/192.0.2.7:5060").status, 200u) << "and all stays";
    EXPECT_EQ(ask("GET", "/v1/leases").status, 405u);
}

} // namespace gmguard::admin
