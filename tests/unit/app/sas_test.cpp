// SPDX-License-Identifier: BSD-2-Clause
#include "app/sa_owner.hpp"
#include "app/sa_view.hpp"

#include <gtest/gtest.h>

namespace gmguard::app {
namespace {

using admin::SaDirection;

Address at(const char* text) {
    return *Address::parse(text);
}

config::Config with_listener(const char* address, gm_protection protection) {
    config::Config config;
    config::Listener listener;
    listener.name = "gm";
    listener.address = address == nullptr ? Address{} : at(address);
    listener.protected_ports = {6100};
    listener.protection = protection;
    config.listeners.push_back(listener);
    config.core.peers.push_back(*Prefix::parse("198.51.100.0/24"));
    return config;
}

xfrm::Sa between(const char* source, const char* destination) {
    xfrm::Sa sa;
    sa.source = at(source);
    sa.key.destination = at(destination);
    return sa;
}

TEST(Sas, AreOfTheGmInterfaceByTheirEnds) {
    const auto config = with_listener("192.0.2.1", GM_PROTECTION_ESP);
    EXPECT_EQ(direction_of(config, {}, between("192.0.2.7", "192.0.2.1")), SaDirection::in);
    EXPECT_EQ(direction_of(config, {}, between("192.0.2.1", "192.0.2.7")), SaDirection::out);
    EXPECT_EQ(direction_of(config, {}, between("192.0.2.7", "192.0.2.2")), SaDirection::other);
    EXPECT_EQ(direction_of(config, {}, between("198.51.100.9", "192.0.2.1")), SaDirection::other);
    EXPECT_EQ(direction_of(config, {}, between("192.0.2.1", "198.51.100.9")), SaDirection::other);
}

TEST(Sas, OfAListenerOnEveryAddressEndAtTheHost) {
    const auto config = with_listener(nullptr, GM_PROTECTION_ESP);
    const std::vector<Address> hosts{at("192.0.2.1")};
    EXPECT_EQ(direction_of(config, hosts, between("192.0.2.7", "192.0.2.1")), SaDirection::in);
    EXPECT_EQ(direction_of(config, hosts, between("192.0.2.7", "192.0.2.2")), SaDirection::other);
}

TEST(Sas, AreWantedWhereIpsecEndsHere) {
    EXPECT_TRUE(wants_sas(with_listener("192.0.2.1", GM_PROTECTION_ESP)));
    const auto terminated = with_listener("192.0.2.1", GM_PROTECTION_TERMINATED);
    EXPECT_FALSE(wants_sas(terminated));
    EXPECT_EQ(direction_of(terminated, {}, between("192.0.2.7", "192.0.2.1")), SaDirection::other);
}

TEST(Sas, ACursorIsAPlaceAndBack) {
    const SaPlace place{4026531840, {at("2001:db8::1"), 0x1001, 50, {7, 0xff}}};
    const auto cursor = cursor_of(place);
    EXPECT_EQ(cursor.find_first_not_of("0123456789abcdef."), std::string::npos);
    EXPECT_EQ(place_of(cursor), place);
    for (const auto* none : {"x", "1.2.3", "1.2.3.4.5.6.7.8", "1.2.3.4.fff.6.7", "-1.2.3.4.5.6.7"})
        EXPECT_FALSE(place_of(none)) << none;
}

TEST(Sas, AnSpiIsANumberOfTwoKinds) {
    EXPECT_EQ(spi_of("4097"), 4097U);
    EXPECT_EQ(spi_of("0x1001"), 4097U);
    EXPECT_EQ(spi_of("0xffffffff"), 0xffffffffU);
    for (const auto* none : {"", "0x", "4294967296", "1g", "-1", "nosuch"})
        EXPECT_FALSE(spi_of(none)) << none;
}

TEST(Sas, ShowWhatLimitsThem) {
    xfrm::Sa sa;
    sa.hard.add_seconds = 3600;
    sa.integrity = {"hmac(sha1)", 160, 96};
    const auto out = shown(sa, {});
    EXPECT_EQ(out.hard.add_s, 3600U);
    EXPECT_FALSE(out.hard.bytes || out.hard.use_s || out.soft.add_s);
    EXPECT_EQ(out.integrity->key_bits, 160U);
    EXPECT_FALSE(out.encryption || out.added);
}

} // namespace
} // namespace gmguard::app
