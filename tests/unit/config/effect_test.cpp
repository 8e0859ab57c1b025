// SPDX-License-Identifier: BSD-2-Clause
// What a configuration means: modes in effect, keys of sources, the guard without a file.
#include "config/config.hpp"
#include "config/words.hpp"

#include <gtest/gtest.h>

using namespace gmguard;
using namespace gmguard::config;

TEST(EffectiveModes, AreTheGlobalOne_WhereNothingElseIsSaid) {
    Config config;
    config.mode = GM_MODE_OFF;
    const auto modes = effective_modes(config, Listener{});
    EXPECT_EQ(modes.only_register, GM_MODE_OFF);
    EXPECT_EQ(modes.side, GM_MODE_OFF);
}

TEST(EffectiveModes, AreTheListeners_BeforeTheGlobalOne) {
    Config config;
    Listener listener;
    listener.mode = GM_MODE_ENFORCE;
    const auto modes = effective_modes(config, listener);
    EXPECT_EQ(modes.contact_source, GM_MODE_ENFORCE);
    EXPECT_EQ(modes.limits, GM_MODE_ENFORCE);
}

TEST(EffectiveModes, AreTheChecks_BeforeTheListeners) {
    Config config;
    Listener listener;
    listener.mode = GM_MODE_ENFORCE;
    listener.checks[GM_CHECK_contact_source] = GM_MODE_OFF;
    const auto modes = effective_modes(config, listener);
    EXPECT_EQ(modes.contact_source, GM_MODE_OFF);
    EXPECT_EQ(modes.selector_unique, GM_MODE_ENFORCE);
}

TEST(EffectiveModes, OfEsp_AreOff_WhereNoneEnds) {
    Config config;
    config.mode = GM_MODE_ENFORCE;
    Listener listener;
    EXPECT_EQ(effective_modes(config, listener).esp_source, GM_MODE_OFF);
    listener.protected_ports = {6100};
    EXPECT_EQ(effective_modes(config, listener).esp_source, GM_MODE_ENFORCE);
    listener.protection = GM_PROTECTION_TERMINATED;
    EXPECT_EQ(effective_modes(config, listener).esp_source, GM_MODE_OFF);
}

TEST(DefaultGuard, EnforcesAllOfAnnexD_OnEveryAddressAt5060) {
    const auto config = default_guard();
    ASSERT_EQ(config.listeners.size(), 1U);
    const auto& listener = config.listeners[0];
    EXPECT_TRUE(listener.address.is_any());
    EXPECT_EQ(listener.profile, GM_PROFILE_ANNEX_D);
    EXPECT_EQ(listener.unprotected_ports, std::vector<std::uint16_t>{5060});
    EXPECT_TRUE(listener.protected_ports.empty());
    EXPECT_EQ(effective_modes(config, listener).selector_unique, GM_MODE_ENFORCE);
    EXPECT_TRUE(config.home_domains.empty());
    EXPECT_EQ(config.limits.per_user.rate, 0U);
    EXPECT_EQ(config.limits.fragments.rate, 0U);
    EXPECT_EQ(config.limits.events.rate, 0U);
}

TEST(KeyForm, IsThePair_OutsideOfAllPools) {
    const auto form = key_form(default_guard(), *Address::parse("192.0.2.7"));
    EXPECT_EQ(form.bits, 128U);
    EXPECT_EQ(form.with_port, 1U);
}

TEST(KeyForm, IsThatOfTheLongestPrefix) {
    Config config;
    config.pools = {{"wide", *Prefix::parse("2001:db8::/32"), 64, false},
                    {"narrow", *Prefix::parse("2001:db8:1::/48"), 56, true},
                    {"other", *Prefix::parse("192.0.2.0/24"), 128, false}};
    EXPECT_EQ(pool_of(config, *Address::parse("2001:db8:1:2::3"))->name, "narrow");
    EXPECT_EQ(pool_of(config, *Address::parse("2001:db8:2::3"))->name, "wide");
    EXPECT_EQ(pool_of(config, *Address::parse("198.51.100.1")), nullptr);
    EXPECT_EQ(key_form(config, *Address::parse("2001:db8:1:2::3")).bits, 56U);
    EXPECT_EQ(key_form(config, *Address::parse("2001:db8:1:2::3")).with_port, 1U);
    EXPECT_EQ(key_form(config, *Address::parse("192.0.2.1")).with_port, 0U);
}

TEST(Words, NameEveryCheckAndModeAndBack) {
    for (int i = 0; i < GM_CHECK_COUNT; ++i) {
        const auto check = static_cast<gm_check>(i);
        EXPECT_EQ(check_of(word(check)), check);
    }
    EXPECT_EQ(word(GM_CHECK_side), "side");
    for (const auto mode : {GM_MODE_OFF, GM_MODE_MONITOR, GM_MODE_ENFORCE})
        EXPECT_EQ(mode_of(word(mode)), mode);
    EXPECT_EQ(mode_of("on"), std::nullopt);
    EXPECT_EQ(check_of("none"), std::nullopt);
}
