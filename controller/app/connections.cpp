// SPDX-License-Identifier: BSD-2-Clause
#include "app/connections.hpp"

#include "gmguard/abi/deadlines.h"
#include "kernel/sockets.hpp"

#include <algorithm>

namespace gmguard::app {
namespace {

// As gm_stream finds it.
Result<std::optional<gm_listener>> listener_of(const kernel::Maps& maps, const Endpoint& local) {
    gm_listener_key key{};
    key.address = local.address.value();
    key.port = local.port;
    key.protocol = GM_TCP;
    auto found = maps.listeners.lookup(key);
    if (!found || *found)
        return found;
    key.address = 0;
    return maps.listeners.lookup(key);
}

// Whether it is a phone's, to a listener that refuses what is not in order.
bool is_guarded(const kernel::Maps& maps, const config::Config& config,
                const kernel::Unfinished& connection) {
    const auto found = listener_of(maps, connection.local);
    if (!found || !*found)
        return false;
    const gm_listener& listener = **found;
    const bool from_core = std::ranges::any_of(config.core.peers, [&](const Prefix& peer) {
        return peer.contains(connection.remote.address);
    });
    return (listener.role == GM_ROLE_UNPROTECTED || listener.role == GM_ROLE_PROTECTED) &&
           listener.modes.unambiguous == GM_MODE_ENFORCE &&
           !(listener.shared_interface != 0 && from_core);
}

} // namespace

bool is_poisoned(const gm_record& report) {
    return report.reason == GM_REASON_tcp_poisoned && report.verdict == GM_VERDICT_DROP;
}

Result<> end_connection(std::span<const std::string> namespaces, const gm_record& report) {
    const Endpoint local{Address(report.destination), report.destination_port};
    const Endpoint remote{Address(report.inner), report.source_port};
    Result<> result;
    for (const auto& netns : namespaces) {
        auto ended = kernel::destroy(netns, local, remote);
        if (ended)
            return {};
        if (ended.error().kind != ErrorKind::not_found)
            result = std::move(ended);
    }
    return result;
}

Result<std::size_t> end_unfinished(std::span<const std::string> namespaces,
                                   const kernel::Objects& objects, const config::Config& config,
                                   std::uint64_t now_ns) {
    std::size_t ended = 0;
    for (const auto& netns : namespaces) {
        const auto found = kernel::unfinished(netns, objects.map_fd("gm_flows"));
        if (!found)
            return fail(found.error());
        for (const auto& each : *found) {
            if (now_ns < each.since_ns + GM_HEADER_NS || !is_guarded(objects.maps(), config, each))
                continue;
            if (const auto gone = kernel::destroy(netns, each.local, each.remote); gone)
                ++ended;
            else if (gone.error().kind != ErrorKind::not_found)
                return fail(gone.error());
        }
    }
    return ended;
}

} // namespace gmguard::app
