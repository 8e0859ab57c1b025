// SPDX-License-Identifier: BSD-2-Clause
#include "app/modes.hpp"

#include <gtest/gtest.h>

namespace gmguard::app {
namespace {

config::Config two_listeners() {
    config::Config config;
    config.mode = GM_MODE_MONITOR;
    config.listeners.resize(2);
    config.listeners[0].name = "gm";
    config.listeners[1].name = "gm6";
    config.listeners[1].mode = GM_MODE_OFF;
    return config;
}

gm_mode mode(const config::Config& config, std::size_t listener, gm_check check) {
    const auto modes = config::effective_modes(config, config.listeners[listener]);
    return reinterpret_cast<const gm_mode*>(&modes)[check];
}

TEST(Modes, ChangeWhereNothingElseIsSaid_WhenTheDefaultChanges) {
    admin::ModeChange change;
    change.default_mode = GM_MODE_ENFORCE;
    const auto changed = with_modes(two_listeners(), change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(mode(*changed, 0, GM_CHECK_same_user), GM_MODE_ENFORCE);
    EXPECT_EQ(mode(*changed, 1, GM_CHECK_same_user), GM_MODE_OFF);
}

TEST(Modes, ChangeOnOneListener_WhenItIsNamed) {
    admin::ModeChange change;
    change.listener = "gm6";
    change.mode = GM_MODE_ENFORCE;
    change.checks[GM_CHECK_contact_source] = GM_MODE_MONITOR;
    const auto changed = with_modes(two_listeners(), change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(mode(*changed, 0, GM_CHECK_same_user), GM_MODE_MONITOR);
    EXPECT_EQ(mode(*changed, 1, GM_CHECK_same_user), GM_MODE_ENFORCE);
    EXPECT_EQ(mode(*changed, 1, GM_CHECK_contact_source), GM_MODE_MONITOR);
}

TEST(Modes, FallBackToTheNextLevel_WhenTheOwnIsTakenAway) {
    admin::ModeChange change;
    change.listener = "gm6";
    change.mode = std::optional<gm_mode>{};
    const auto changed = with_modes(two_listeners(), change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(mode(*changed, 1, GM_CHECK_same_user), GM_MODE_MONITOR);
}

TEST(Modes, ChangeEverywhere_WhenACheckIsNamedWithoutAListener) {
    admin::ModeChange change;
    change.checks[GM_CHECK_limits] = GM_MODE_ENFORCE;
    const auto changed = with_modes(two_listeners(), change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(mode(*changed, 0, GM_CHECK_limits), GM_MODE_ENFORCE);
    EXPECT_EQ(mode(*changed, 1, GM_CHECK_limits), GM_MODE_ENFORCE);
    EXPECT_EQ(mode(*changed, 1, GM_CHECK_same_user), GM_MODE_OFF);
}

TEST(Modes, AreRefused_WhenTheyCannotBeHad) {
    admin::ModeChange change;
    change.checks[GM_CHECK_esp_source] = GM_MODE_ENFORCE;
    EXPECT_EQ(with_modes(two_listeners(), change).error().kind, ErrorKind::unsupported);
    change.checks[GM_CHECK_esp_source] = GM_MODE_OFF;
    EXPECT_TRUE(with_modes(two_listeners(), change));
}

TEST(Modes, OfEsp_ChangeWhereItEnds) {
    auto config = two_listeners();
    config.listeners[1].protected_ports = {6100};
    admin::ModeChange change;
    change.checks[GM_CHECK_esp_source] = GM_MODE_ENFORCE;
    const auto changed = with_modes(config, change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(mode(*changed, 0, GM_CHECK_esp_source), GM_MODE_OFF);
    EXPECT_EQ(mode(*changed, 1, GM_CHECK_esp_source), GM_MODE_ENFORCE);
    change.listener = "gm";
    EXPECT_EQ(with_modes(config, change).error().kind, ErrorKind::unsupported);
}

TEST(Modes, AreRefused_WhenTheListenerIsNotThere) {
    admin::ModeChange change;
    change.listener = "gm9";
    EXPECT_EQ(with_modes(two_listeners(), change).error().kind, ErrorKind::not_found);
}

TEST(Modes, AreRefused_WhenTheChangeContradictsItself) {
    admin::ModeChange both;
    both.listener = "gm";
    both.default_mode = GM_MODE_OFF;
    EXPECT_EQ(with_modes(two_listeners(), both).error().kind, ErrorKind::invalid);
    admin::ModeChange nowhere;
    nowhere.mode = GM_MODE_OFF;
    EXPECT_EQ(with_modes(two_listeners(), nowhere).error().kind, ErrorKind::invalid);
}

TEST(Modes, AreShownPerListener_WithWhatCounts) {
    const auto modes = modes_of(two_listeners());
    EXPECT_EQ(modes.default_mode, GM_MODE_MONITOR);
    ASSERT_EQ(modes.listeners.size(), 2u);
    EXPECT_EQ(modes.listeners[0].mode, std::nullopt);
    EXPECT_EQ(modes.listeners[0].effective.same_user, GM_MODE_MONITOR);
    EXPECT_EQ(modes.listeners[1].effective.same_user, GM_MODE_OFF);
}

TEST(Modes, EnforceMore_WhereACheckIsNewlyEnforced) {
    const auto before = two_listeners();
    const auto with = [&before](gm_mode mode, const char* listener) {
        admin::ModeChange change;
        change.listener = listener;
        change.checks[GM_CHECK_limits] = mode;
        return *with_modes(before, change);
    };
    const auto enforced = with(GM_MODE_ENFORCE, "gm");
    EXPECT_TRUE(enforces_more(before, enforced));
    EXPECT_FALSE(enforces_more(enforced, enforced));
    EXPECT_FALSE(enforces_more(enforced, before));
    EXPECT_FALSE(enforces_more(before, with(GM_MODE_OFF, "gm")));
}

} // namespace
} // namespace gmguard::app
