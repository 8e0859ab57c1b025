// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

class SasApi : public ApiTest {};

TEST_F(SasApi, ShowsInstalledAgainstNegotiatedAgainstBound) {
    const auto list = json_of(ask("GET", "/v1/sas"));
    ASSERT_EQ(list.at("total"), 1);
    const auto& sa = list.at("items").at(0);
    EXPECT_EQ(sa.at("id"), "0x00001001@192.0.2.1");
    EXPECT_EQ(sa.at("installed").at("integrity").at("key_bits"), 160);
    EXPECT_EQ(sa.at("installed").at("aead"), nullptr);
    EXPECT_EQ(sa.at("installed").at("hard").at("add_s"), 4'294'967'295);
    EXPECT_EQ(sa.at("installed").at("hard").at("bytes"), nullptr);
    EXPECT_EQ(sa.at("negotiated").at("ealg"), "aes-cbc");
    EXPECT_EQ(sa.at("negotiated").at("spi_s"), 4097);
    EXPECT_EQ(sa.at("bound_to").at("impi"), "alice@ims.test");
    EXPECT_EQ(sa.at("deviations").at(0).at("fault"), "lifetime");
    EXPECT_EQ(json_of(ask("GET", "/v1/sas/4097")), sa);
    EXPECT_EQ(json_of(ask("GET", "/v1/sas/0x00001001@192.0.2.1")), sa);
}

TEST_F(SasApi, AsksWhatTheQuerySays) {
    (void)ask("GET", "/v1/sas?impi=alice@ims.test&selector=192.0.2.7:5060&spi=0x1001&direction=in"
                     "&state=stale&deviates=true&limit=7&cursor=3");
    const auto& asked = guard_.sas_asked;
    EXPECT_EQ(asked.impi, "alice@ims.test");
    EXPECT_EQ(asked.prefix, Prefix::parse("192.0.2.7"));
    EXPECT_EQ(asked.port, 5060);
    EXPECT_EQ(asked.spi, 4097u);
    EXPECT_EQ(asked.direction, SaDirection::in);
    EXPECT_EQ(asked.state, SaState::stale);
    EXPECT_EQ(asked.deviates, true);
    EXPECT_EQ(asked.limit, 7u);
    EXPECT_EQ(asked.cursor, "3");
    (void)ask("GET", "/v1/sas?selector=2001:db8::/32&spi=4097");
    EXPECT_EQ(guard_.sas_asked.prefix, Prefix::parse("2001:db8::/32"));
    EXPECT_FALSE(guard_.sas_asked.port);
    EXPECT_EQ(guard_.sas_asked.spi, 4097u);
}

TEST_F(SasApi, GivesPages) {
    guard_.sas_now.push_back(sa_of_alice());
    const auto first = json_of(ask("GET", "/v1/sas?limit=1"));
    EXPECT_EQ(first.at("items").as_array().size(), 1u);
    EXPECT_EQ(first.at("next_cursor"), "1");
    EXPECT_EQ(json_of(ask("GET", "/v1/sas?limit=1&cursor=1")).at("next_cursor"), nullptr);
}

TEST_F(SasApi, NamesWhatIsWrongWithAQuery) {
    EXPECT_THAT(pointers_of(ask("GET", "/v1/sas?selector=x&spi=0x1g&direction=up&state=no"
                                       "&deviates=maybe&limit=0")),
                testing::SizeIs(6));
    EXPECT_EQ(ask("GET", "/v1/sas?spi=4294967296").status, 400u);
}

TEST_F(SasApi, NothingCanBeChanged) {
    EXPECT_EQ(ask("DELETE", "/v1/sas/4097").status, 405u);
    EXPECT_EQ(ask("GET", "/v1/sas/9").status, 404u);
}

} // namespace
} // namespace gmguard::admin
