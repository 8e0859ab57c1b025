// SPDX-License-Identifier: BSD-2-Clause
#include "app/confirmation.hpp"
#include "app/modes.hpp"

#include <gtest/gtest.h>

namespace gmguard::app {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSecond = 1'000'000'000;
const feeds::WallTime kNoon = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + 12h;

feeds::Moment at(std::uint64_t seconds) {
    return {1000 * kSecond + seconds * kSecond, kNoon + std::chrono::seconds(seconds)};
}

admin::Modes modes(gm_mode by_default) {
    admin::Modes out;
    out.default_mode = by_default;
    return out;
}

TEST(Confirmation, FallsBack_WhenItsTimeIsOverAndNoEarlier) {
    Confirmation confirmation;
    EXPECT_FALSE(confirmation.is_awaited());
    confirmation.await(modes(GM_MODE_MONITOR), at(0), 60s);
    EXPECT_TRUE(confirmation.is_awaited());
    EXPECT_EQ(confirmation.falls_back(), kNoon + 60s);
    EXPECT_EQ(confirmation.due(at(59)), nullptr);
    ASSERT_NE(confirmation.due(at(60)), nullptr);
    EXPECT_EQ(confirmation.due(at(60))->default_mode, GM_MODE_MONITOR);
    EXPECT_NE(confirmation.due(at(61)), nullptr) << "until it is done";
    confirmation.forget();
    EXPECT_EQ(confirmation.due(at(61)), nullptr);
}

TEST(Confirmation, Stays_WhenItIsConfirmedInTime) {
    Confirmation confirmation;
    confirmation.await(modes(GM_MODE_MONITOR), at(0), 60s);
    EXPECT_TRUE(confirmation.confirm(at(59)));
    EXPECT_EQ(confirmation.due(at(100)), nullptr);
    EXPECT_EQ(confirmation.falls_back(), std::nullopt);
}

TEST(Confirmation, IsRefused_WhenNothingWaitsOrItIsTooLate) {
    Confirmation confirmation;
    EXPECT_EQ(confirmation.confirm(at(0)).error().kind, ErrorKind::conflict);
    confirmation.await(modes(GM_MODE_MONITOR), at(0), 60s);
    EXPECT_EQ(confirmation.confirm(at(60)).error().kind, ErrorKind::conflict);
    EXPECT_NE(confirmation.due(at(60)), nullptr) << "and falls back all the same";
}

TEST(Confirmation, GoesBackToWhatStoodBeforeTheFirst_WhenAnotherChangeJoins) {
    Confirmation confirmation;
    confirmation.await(modes(GM_MODE_MONITOR), at(0), 60s);
    confirmation.await(modes(GM_MODE_ENFORCE), at(50), 30s);
    EXPECT_EQ(confirmation.due(at(79)), nullptr) << "the time starts anew";
    EXPECT_EQ(confirmation.due(at(80))->default_mode, GM_MODE_MONITOR);
}

TEST(Confirmation, KnowsNoWallClock) {
    Confirmation confirmation;
    confirmation.await(modes(GM_MODE_MONITOR), at(0), 60s);
    auto stepped = at(10);
    stepped.wall += 24h * 3650;
    EXPECT_EQ(confirmation.due(stepped), nullptr);
}

TEST(WithAllModes, PutsBackEveryMode_AlsoThoseThatWereNotThere) {
    config::Config config;
    config.mode = GM_MODE_MONITOR;
    config.listeners.resize(2);
    config.listeners[0].name = "gm";
    config.listeners[0].checks[GM_CHECK_limits] = GM_MODE_OFF;
    config.listeners[1].name = "gm6";
    config.listeners[1].mode = GM_MODE_OFF;
    const auto before = modes_of(config);

    auto changed = config;
    changed.mode = GM_MODE_ENFORCE;
    changed.listeners[0].mode = GM_MODE_ENFORCE;
    changed.listeners[0].checks = {};
    changed.listeners[1].mode.reset();
    changed.listeners[1].checks[GM_CHECK_side] = GM_MODE_ENFORCE;
    changed.pins = "/elsewhere";

    const auto back = with_all_modes(changed, before);
    EXPECT_EQ(back.mode, config.mode);
    EXPECT_EQ(back.listeners, config.listeners);
    EXPECT_EQ(back.pins, "/elsewhere") << "modes alone";
}

} // namespace
} // namespace gmguard::app
