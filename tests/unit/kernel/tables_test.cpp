// SPDX-License-Identifier: BSD-2-Clause
#include "gmguard/proto/identity.h"
#include "kernel/hasher.hpp"
#include "kernel/tables.hpp"
#include "sandbox.hpp"

#include <gmock/gmock.h>

#include <map>

namespace gmguard::kernel {
namespace {

constexpr HashKey kKey{1, 2};

config::Config two_listeners() {
    config::Config config;
    config.mode = GM_MODE_MONITOR;
    config::Listener gm;
    gm.name = "gm";
    gm.address = *Address::parse("192.0.2.1");
    gm.unprotected_ports = {5060};
    gm.protected_ports = {6100, 6101};
    gm.mode = GM_MODE_ENFORCE;
    config.listeners = {gm};
    gm.name = "gm6";
    gm.address = *Address::parse("2001:db8::1");
    gm.protection = GM_PROTECTION_TERMINATED;
    gm.mode = {};
    config.listeners.push_back(gm);
    config.core.listeners = {*Endpoint::parse("198.51.100.9:5060")};
    return config;
}

const gm_listener* find(const Tables& tables, const char* address, std::uint16_t port,
                        unsigned protocol = GM_UDP) {
    const auto wanted = *address ? Address::parse(address)->value() : 0;
    for (const auto& [key, value] : tables.listeners)
        if (key.address == wanted && key.port == port && key.protocol == protocol)
            return &value;
    return nullptr;
}

TEST(Tables, HoldEachPort_WhenListenersHaveSeveral) {
    const auto filled = tables(two_listeners(), {}, kKey);
    ASSERT_TRUE(find(filled, "192.0.2.1", 5060));
    EXPECT_EQ(find(filled, "192.0.2.1", 5060)->role, GM_ROLE_UNPROTECTED);
    EXPECT_EQ(find(filled, "192.0.2.1", 6101)->role, GM_ROLE_PROTECTED);
    EXPECT_EQ(find(filled, "192.0.2.1", 6101)->id, 1u);
    EXPECT_EQ(find(filled, "2001:db8::1", 5060)->id, 2u);
    EXPECT_STREQ(find(filled, "2001:db8::1", 5060)->name, "gm6");
    EXPECT_FALSE(find(filled, "192.0.2.1", 5061));
}

TEST(Tables, HaveTheEffectiveModes_WhenAListenerHasItsOwn) {
    const auto filled = tables(two_listeners(), {}, kKey);
    EXPECT_EQ(find(filled, "192.0.2.1", 5060)->modes.only_register, GM_MODE_ENFORCE);
    EXPECT_EQ(find(filled, "2001:db8::1", 5060)->modes.only_register, GM_MODE_MONITOR);
}

TEST(Tables, HoldTcpAsUdp_WhenAPortIsGuarded) {
    const auto filled = tables(two_listeners(), {}, kKey);
    for (const auto port : {5060, 6100}) {
        ASSERT_TRUE(find(filled, "192.0.2.1", port, GM_TCP)) << port;
        EXPECT_EQ(find(filled, "192.0.2.1", port, GM_TCP)->role,
                  find(filled, "192.0.2.1", port)->role);
    }
    EXPECT_EQ(find(filled, "", 5060, GM_TCP)->role, GM_ROLE_ELSEWHERE);
}

TEST(Tables, MarkPortsElsewhere_WhenNobodyListensOnEveryAddress) {
    const auto filled = tables(two_listeners(), {}, kKey);
    ASSERT_TRUE(find(filled, "", 5060));
    EXPECT_EQ(find(filled, "", 5060)->role, GM_ROLE_ELSEWHERE);
    EXPECT_EQ(find(filled, "", 5060)->id, 0u) << "it stands for two listeners";
    EXPECT_EQ(find(filled, "", 5060)->modes.side, GM_MODE_ENFORCE) << "the strictest";
}

TEST(Tables, DoNotMarkAPort_WhenAListenerTakesEveryAddress) {
    auto config = two_listeners();
    config.listeners[0].address = Address{};
    const auto filled = tables(config, {}, kKey);
    EXPECT_EQ(find(filled, "", 5060)->role, GM_ROLE_UNPROTECTED);
    EXPECT_EQ(find(filled, "", 0, 0)->role, GM_ROLE_ELSEWHERE) << "fragments to anywhere";
}

TEST(Tables, MarkGuardedAddresses_WhenFragmentsMayComeThere) {
    const auto filled = tables(two_listeners(), {}, kKey);
    ASSERT_TRUE(find(filled, "192.0.2.1", 0, 0));
    EXPECT_EQ(find(filled, "192.0.2.1", 0, 0)->id, 1u);
    EXPECT_FALSE(find(filled, "198.51.100.9", 0, 0)) << "the core's";
}

TEST(Tables, MarkWhatNoListenerNames_ByTheStrictest) {
    const auto filled = tables(two_listeners(), {}, kKey);
    ASSERT_TRUE(find(filled, "", 0));
    EXPECT_EQ(find(filled, "", 0)->role, GM_ROLE_UNNAMED);
    EXPECT_EQ(find(filled, "", 0)->id, 0u);
    EXPECT_EQ(find(filled, "", 0)->modes.side, GM_MODE_ENFORCE);
}

TEST(Tables, KnowTheCoreSide_WhenItHasListeners) {
    const auto filled = tables(two_listeners(), {}, kKey);
    ASSERT_TRUE(find(filled, "198.51.100.9", 5060));
    EXPECT_EQ(find(filled, "198.51.100.9", 5060)->role, GM_ROLE_CORE);
}

TEST(Tables, LetCorePeersWin_WhenTheyAreTheHostToo) {
    auto config = two_listeners();
    const auto own = *Address::parse("192.0.2.1");
    config.core.peers = {{own, 128}};
    const auto filled = tables(config, std::array{own}, kKey);
    std::map<std::string, gm_peer> last;
    for (const auto& [key, peer] : filled.peers)
        last[std::string(reinterpret_cast<const char*>(&key), sizeof key)] = peer;
    const auto key = prefix_key({own, 128});
    EXPECT_EQ(last[std::string(reinterpret_cast<const char*>(&key), sizeof key)], GM_PEER_CORE);
}

TEST(Tables, WritePrefixesInNetworkOrder_WhenTheyAreIpv4) {
    const auto key = prefix_key(*Prefix::parse("192.0.2.0/24"));
    EXPECT_EQ(key.prefixlen, 120u);
    EXPECT_THAT(key.address,
                testing::ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 0));
}

TEST(Tables, CarryHomeDomains_WhenThereAreSome) {
    auto config = two_listeners();
    config.home_domains = {"ims.test"};
    const auto filled = tables(config, {}, kKey);
    EXPECT_EQ(filled.settings.homes, 1u);
    EXPECT_EQ(filled.settings.home[0].size, 8u);
    EXPECT_STREQ(filled.settings.home[0].name, "ims.test");
}

TEST(Tables, TapAtTheFront_WhenNoCgroupIsWanted) {
    auto config = two_listeners();
    EXPECT_EQ(tables(config, {}, kKey).settings.tap_front, 0u);
    config.cgroup.wanted = false;
    EXPECT_EQ(tables(config, {}, kKey).settings.tap_front, 1u);
}

class TablesInTheKernel : public Sandbox {};

TEST_F(TablesInTheKernel, AreReplaced_WhenFilledAnew) {
    const auto objects = open();
    ASSERT_TRUE(fill(objects.maps(), tables(two_listeners(), {}, kKey)));
    auto fewer = two_listeners();
    fewer.listeners.pop_back();
    const auto wanted = tables(fewer, {}, kKey);
    ASSERT_TRUE(fill(objects.maps(), wanted));
    EXPECT_EQ(*objects.maps().listeners.count(), wanted.listeners.size());
    EXPECT_EQ(*objects.maps().peers.count(), wanted.peers.size());
    EXPECT_EQ(read_settings(objects.maps())->hash_key[1], kKey[1]);
}

// Two spellings of one identity are one; what differs in meaning differs.
TEST(NameHash, IsOne_WhenTheIdentityIs) {
    const Hasher hasher(kKey);
    const auto one = hasher.identity("sip:alice@ims.test");
    EXPECT_NE(one, gm_u128{0});
    EXPECT_TRUE(one == hasher.identity("SIP:alice@IMS.test"));
    EXPECT_TRUE(one == hasher.identity("sip:alice@ims.test:5060"));
    EXPECT_TRUE(one == hasher.identity("sip:alice@ims.test;user=phone"));
    EXPECT_FALSE(one == hasher.identity("sip:Alice@ims.test"));
    EXPECT_FALSE(one == hasher.identity("sips:alice@ims.test"));
    EXPECT_FALSE(one == hasher.identity("sip:alice@ims.test:5070"));
    EXPECT_FALSE(one == hasher.impi("alice@ims.test"));
    EXPECT_FALSE(one == Hasher({1, 3}).identity("sip:alice@ims.test"));
}

TEST(NameHash, IsNone_WhenTheNameIs) {
    const Hasher hasher(kKey);
    EXPECT_TRUE(hasher.identity("") == 0);
    EXPECT_TRUE(hasher.impi("") == 0);
    EXPECT_TRUE(hasher.nonce("") == 0);
    EXPECT_TRUE(hasher.impi(std::string(GM_IDENTITY_MAX + 1, 'x')) == 0);
    EXPECT_TRUE(hasher.nonce(std::string(100'000, 'x')) == 0);
}

TEST(NameHash, ForgetsTheNameBefore_WhenTheNextIsShorter) {
    const Hasher hasher(kKey);
    const auto fresh = Hasher(kKey).impi("a@b");
    (void)hasher.impi(std::string(200, 'x') + "@y");
    EXPECT_TRUE(hasher.impi("a@b") == fresh);
}

TEST(NameHash, DiffersByLength_WhenBytesAreZeros) {
    const Hasher hasher(kKey);
    EXPECT_FALSE(hasher.bytes(std::string(1, '\0')) == hasher.bytes(std::string(2, '\0')));
    EXPECT_FALSE(hasher.bytes("") == 0);
}

} // namespace
} // namespace gmguard::kernel
