// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tables.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <tuple>

namespace gmguard::kernel {
namespace {

using Order = std::tuple<uint128, std::uint16_t, unsigned>;
using Listeners = std::map<Order, gm_listener>;

constexpr Order kUnnamed{0, 0, GM_UDP};

void copy_text(char* out, std::size_t size, const std::string& text) {
    text.copy(out, size - 1);
}

gm_listener plain(const config::Config& config, gm_role role) {
    gm_listener value{};
    value.role = role;
    auto* modes = reinterpret_cast<gm_mode*>(&value.modes);
    std::fill_n(modes, static_cast<unsigned>(GM_CHECK_COUNT), config.mode);
    return value;
}

gm_listener listener_value(const config::Config& config, const config::Listener& listener,
                           std::uint32_t id, gm_role role) {
    gm_listener value{};
    value.role = role;
    value.id = id;
    value.profile = listener.profile;
    value.protection = listener.protection;
    value.emergency = listener.emergency;
    value.shared_interface = listener.shared_interface;
    value.modes = config::effective_modes(config, listener);
    copy_text(value.name, sizeof value.name, listener.name);
    return value;
}

// A mark stands for several listeners: it has the strictest of their modes, and is counted under
// one of them only where it stands for that one alone.
void mark(Listeners& out, const Order& key, const gm_listener& listener) {
    const auto [at, fresh] = out.try_emplace(key, listener);
    auto& marked = at->second;
    marked.role = GM_ROLE_ELSEWHERE;
    if (fresh)
        return;
    if (marked.id != listener.id) {
        marked.id = 0;
        std::memset(marked.name, 0, sizeof marked.name);
    }
    marked.shared_interface |= listener.shared_interface;
    auto* mine = reinterpret_cast<gm_mode*>(&marked.modes);
    const auto* theirs = reinterpret_cast<const gm_mode*>(&listener.modes);
    for (unsigned check = 0; check < GM_CHECK_COUNT; ++check)
        mine[check] = std::max(mine[check], theirs[check]);
}

void add_port(Listeners& out, const config::Listener& listener, std::uint16_t port,
              const gm_listener& value) {
    const auto address = listener.address.value();
    for (const auto protocol : {GM_UDP, GM_TCP})
        out[{address, port, protocol}] = value;
}

void add_listeners(Listeners& out, const config::Config& config, const ListenerIds& ids) {
    for (const auto& listener : config.listeners) {
        const auto id = ids.at(listener.name);
        const auto open = listener_value(config, listener, id, GM_ROLE_UNPROTECTED);
        const auto closed = listener_value(config, listener, id, GM_ROLE_PROTECTED);
        for (const auto port : listener.unprotected_ports)
            add_port(out, listener, port, open);
        for (const auto port : listener.protected_ports)
            add_port(out, listener, port, closed);
    }
    for (const auto& socket : config.core.listeners)
        for (const auto protocol : {GM_UDP, GM_TCP})
            out[{socket.address.value(), socket.port, protocol}] = plain(config, GM_ROLE_CORE);
}

// (0, port): guarded, but at other addresses (H8). (address, 0): something is guarded there.
// (0, 0, UDP): what no listener names.
void add_marks(Listeners& out) {
    Listeners marks;
    for (const auto& [key, value] : out) {
        const auto& [address, port, protocol] = key;
        if (!out.contains({0, port, protocol}))
            mark(marks, {0, port, protocol}, value);
        if (value.role == GM_ROLE_CORE)
            continue;
        mark(marks, {address, 0, 0}, value);
        mark(marks, kUnnamed, value);
    }
    if (const auto unnamed = marks.find(kUnnamed); unnamed != marks.end())
        unnamed->second.role = GM_ROLE_UNNAMED;
    out.merge(marks);
}

gm_settings settings_of(const config::Config& config, const Tables& tables, const HashKey& key) {
    gm_settings settings{};
    settings.schema = GM_SCHEMA;
    settings.pools = static_cast<__u32>(tables.pools.size());
    settings.peers = static_cast<__u32>(tables.peers.size());
    std::ranges::copy(key, settings.hash_key);
    const auto profile = config::profile_of(config);
    settings.key_v4 = config::default_key(profile, true);
    settings.key_v6 = config::default_key(profile, false);
    settings.conflict = config::default_conflict(config);
    settings.tap_front = !config.cgroup.wanted;
    for (const auto& domain : config.home_domains)
        if (settings.homes < GM_HOMES) {
            auto& home = settings.home[settings.homes++];
            home.size = domain.copy(home.name, sizeof home.name);
        }
    const auto& limits = config.limits;
    settings.per_user = limits.per_user;
    settings.per_source = limits.per_source;
    settings.known = limits.known;
    settings.unknown = limits.unknown;
    settings.emergency = limits.emergency;
    settings.fragments = limits.fragments;
    settings.connections = limits.connections;
    settings.all_connections = limits.all_connections;
    settings.events = limits.events;
    return settings;
}

} // namespace

gm_prefix_key prefix_key(const Prefix& prefix) {
    gm_prefix_key key{};
    key.prefixlen = prefix.bits;
    std::ranges::copy(prefix.address.bytes(), key.address);
    return key;
}

Tables tables(const config::Config& config, std::span<const Address> hosts, const HashKey& key) {
    return tables(config, hosts, key, ids_by_place(config));
}

Tables tables(const config::Config& config, std::span<const Address> hosts, const HashKey& key,
              const ListenerIds& ids) {
    Tables tables;
    Listeners listeners;
    add_listeners(listeners, config, ids);
    add_marks(listeners);
    for (const auto& [place, value] : listeners) {
        gm_listener_key at{};
        at.address = std::get<0>(place);
        at.port = std::get<1>(place);
        at.protocol = static_cast<gm_protocol>(std::get<2>(place));
        tables.listeners.emplace_back(at, value);
    }
    for (const auto& pool : config.pools) {
        gm_pool value{{pool.bits, pool.with_port}, config::conflict_of(config, pool), {}};
        copy_text(value.name, sizeof value.name, pool.name);
        tables.pools.emplace_back(prefix_key(pool.prefix), value);
    }
    for (const auto* loopback : {"127.0.0.0/8", "::1"})
        tables.peers.emplace_back(prefix_key(*Prefix::parse(loopback)), GM_PEER_HOST);
    for (const auto host : hosts)
        tables.peers.emplace_back(prefix_key({host, 128}), GM_PEER_HOST);
    for (const auto& peer : config.core.peers)
        tables.peers.emplace_back(prefix_key(peer), GM_PEER_CORE);
    tables.settings = settings_of(config, tables, key);
    return tables;
}

void be_strict(Tables& tables) {
    tables.settings.conflict = GM_CONFLICT_STRICT;
    for (auto& [prefix, pool] : tables.pools)
        pool.conflict = GM_CONFLICT_STRICT;
}

Result<HashKey> random_key() {
    HashKey key{};
    if (::getrandom(key.data(), sizeof key, 0) != static_cast<ssize_t>(sizeof key))
        return fail(system_error(errno, "hash key", "cannot draw"));
    return key;
}

} // namespace gmguard::kernel
