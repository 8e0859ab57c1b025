// SPDX-License-Identifier: BSD-2-Clause
#include "app/modes.hpp"

#include "config/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::app {
namespace {

void change_listener(config::Listener& listener, const admin::ModeChange& change) {
    if (change.mode)
        listener.mode = *change.mode;
    for (const auto& [check, mode] : change.checks)
        if (config::applies(check, listener))
            listener.checks[check] = mode;
}

// Of a check that is asked for where it has nothing to do: nothing would be done.
Result<> refuse_idle(const config::Config& config, const admin::ModeChange& change) {
    const auto takes = [&](gm_check check) {
        return std::ranges::any_of(config.listeners, [&](const config::Listener& listener) {
            return (change.listener.empty() || listener.name == change.listener) &&
                   config::applies(check, listener);
        });
    };
    for (const auto& [check, mode] : change.checks)
        if (mode.value_or(GM_MODE_OFF) != GM_MODE_OFF && !takes(check))
            return fail(ErrorKind::unsupported, fmt::format("check {}", config::word(check)),
                        "looks at ESP, and none ends here",
                        "a listener with protected_ports and protection = \"esp\" takes it");
    return {};
}

} // namespace

admin::Modes modes_of(const config::Config& config) {
    admin::Modes modes;
    modes.default_mode = config.mode;
    for (const auto& listener : config.listeners)
        modes.listeners.push_back({listener.name, listener.mode, listener.checks,
                                   config::effective_modes(config, listener)});
    return modes;
}

Result<config::Config> with_modes(config::Config config, const admin::ModeChange& change) {
    const auto named =
        std::ranges::find(config.listeners, change.listener, &config::Listener::name);
    if (!change.listener.empty() && named == config.listeners.end())
        return fail(ErrorKind::not_found, "listener " + change.listener, "is not there");
    if (auto idle = refuse_idle(config, change); !idle)
        return fail(std::move(idle.error()));
    if (change.listener.empty()) {
        if (change.mode)
            return fail(ErrorKind::invalid, "mode", "a mode of its own is a listener's",
                        "name the listener, or change the default");
        config.mode = change.default_mode.value_or(config.mode);
        for (auto& listener : config.listeners)
            change_listener(listener, change);
        return config;
    }
    if (change.default_mode)
        return fail(ErrorKind::invalid, "mode", "the default is not a listener's");
    change_listener(*named, change);
    return config;
}

config::Config with_all_modes(config::Config config, const admin::Modes& modes) {
    config.mode = modes.default_mode;
    for (const auto& each : modes.listeners) {
        const auto named = std::ranges::find(config.listeners, each.name, &config::Listener::name);
        if (named == config.listeners.end())
            continue;
        named->mode = each.mode;
        named->checks = each.checks;
    }
    return config;
}

bool enforces_anew(const config::Config& before, const config::Config& after, gm_check check) {
    const auto enforced = [check](const config::Config& config, const config::Listener& listener) {
        return config::effective_mode(config, listener, check) == GM_MODE_ENFORCE;
    };
    for (const auto& listener : after.listeners) {
        const auto was =
            std::ranges::find(before.listeners, listener.name, &config::Listener::name);
        if (enforced(after, listener) && (was == before.listeners.end() || !enforced(before, *was)))
            return true;
    }
    return false;
}

bool enforces_more(const config::Config& before, const config::Config& after) {
    for (unsigned check = 0; check < GM_CHECK_COUNT; ++check)
        if (enforces_anew(before, after, static_cast<gm_check>(check)))
            return true;
    return false;
}

} // namespace gmguard::app
