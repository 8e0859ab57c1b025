// SPDX-License-Identifier: BSD-2-Clause
#include "config/config.hpp"

#include <fmt/format.h>

namespace gmguard::config {

std::string Problem::text() const {
    const auto place = line != 0 ? fmt::format("{}:{}:{}", file, line, column) : file;
    return fmt::format("{}: {}{}{}", place, message, hint.empty() ? "" : "; ", hint);
}

std::string AdminListener::text() const {
    if (kind == Kind::local)
        return "unix:" + path;
    return fmt::format("{}://{}", kind == Kind::https ? "https" : "http", at.text());
}

Config default_guard() {
    Config config;
    config.mode = GM_MODE_ENFORCE;
    config.limits.emergency = {};
    config.limits.fragments = {};
    config.limits.connections = {};
    config.limits.all_connections = {};
    config.limits.events = {};
    Listener listener;
    listener.name = "default";
    listener.unprotected_ports = {5060};
    config.listeners.push_back(std::move(listener));
    return config;
}

bool applies(gm_check check, const Listener& listener) {
    return check != GM_CHECK_esp_source ||
           (listener.protection == GM_PROTECTION_ESP && !listener.protected_ports.empty());
}

gm_mode effective_mode(const Config& config, const Listener& listener, gm_check check) {
    if (!applies(check, listener))
        return GM_MODE_OFF;
    return listener.checks[check].value_or(listener.mode.value_or(config.mode));
}

gm_modes effective_modes(const Config& config, const Listener& listener) {
    gm_modes modes{};
#define GM_CHECK_MODE(number, name, text)                                                          \
    modes.name = effective_mode(config, listener, GM_CHECK_##name);
    GM_CHECKS(GM_CHECK_MODE)
#undef GM_CHECK_MODE
    return modes;
}

const Pool* pool_of(const Config& config, Address source) {
    const Pool* longest = nullptr;
    for (const Pool& pool : config.pools)
        if (pool.prefix.contains(source) && (!longest || pool.prefix.bits > longest->prefix.bits))
            longest = &pool;
    return longest;
}

gm_profile profile_of(const Config& config) {
    return config.listeners.empty() ? GM_PROFILE_ANNEX_D : config.listeners.front().profile;
}

gm_key_form default_key(gm_profile profile, bool v4) {
    return {v4 || profile == GM_PROFILE_ANNEX_D ? 128U : 64U, 1};
}

gm_key_form key_form(const Config& config, Address source) {
    const Pool* pool = pool_of(config, source);
    return pool ? gm_key_form{pool->bits, pool->with_port ? 1U : 0U}
                : default_key(profile_of(config), source.is_v4());
}

const Listener* clear_listener(const Config& config) {
    const auto found = std::ranges::find_if(config.listeners, [](const Listener& listener) {
        return !listener.protected_ports.empty() && listener.protection != GM_PROTECTION_ESP;
    });
    return found == config.listeners.end() ? nullptr : &*found;
}

// A phone that is to be asked whether it is there must be told from who speaks in its place: by the
// association that its answer comes by, which only where IPsec ends is known.
gm_conflict default_conflict(const Config& config) {
    return profile_of(config) == GM_PROFILE_TS33203 && clear_listener(config) == nullptr
               ? GM_CONFLICT_CONTEST
               : GM_CONFLICT_STRICT;
}

gm_conflict conflict_of(const Config& config, const Pool& pool) {
    return pool.conflict.value_or(default_conflict(config));
}

gm_conflict conflict_of(const Config& config, Address source) {
    const Pool* pool = pool_of(config, source);
    return pool != nullptr ? conflict_of(config, *pool) : default_conflict(config);
}

const Pool* contested_pool(const Config& config) {
    const auto found = std::ranges::find(config.pools, GM_CONFLICT_CONTEST, &Pool::conflict);
    return found == config.pools.end() ? nullptr : &*found;
}

} // namespace gmguard::config
