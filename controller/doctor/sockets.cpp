// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/doctor.hpp"

#include "doctor/coverage.hpp"
#include "doctor/listening.hpp"
#include "kernel/socket_holders.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

namespace gmguard::doctor {
namespace {

constexpr std::size_t kNamed = 10; // of each kind: the operator looks for the rest himself

std::vector<std::string> namespaces_of(const config::Config& config) {
    std::set<std::string> out;
    for (const auto& interface : config.interfaces)
        if (interface.side == GM_SIDE_GM)
            out.insert(interface.netns);
    return {out.begin(), out.end()};
}

// "192.0.2.1:5060, 192.0.2.1:6100 and 3 more"
std::string list_of(std::vector<std::string> names) {
    const auto more = names.size() > kNamed ? names.size() - kNamed : 0;
    names.resize(names.size() - more);
    return fmt::format("{}{}", fmt::join(names, ", "),
                       more == 0 ? "" : fmt::format(" and {} more", more));
}

std::string list_of(const std::vector<Endpoint>& endpoints) {
    std::vector<std::string> names;
    std::ranges::transform(endpoints, std::back_inserter(names), &Endpoint::text);
    return list_of(std::move(names));
}

void examine_listeners(const config::Config& config, const std::vector<kernel::Socket>& sockets,
                       Findings& out) {
    for (const auto& listener : config.listeners) {
        const auto silent = nobody_listens(listener, sockets);
        const auto subject = "listener " + listener.name;
        if (silent.empty())
            out.push_back({Grade::ok, subject, "the P-CSCF listens on all of its ports", ""});
        else
            out.push_back({Grade::warn, subject, "nobody listens on " + list_of(silent),
                           "start the P-CSCF, or take out what it does not listen on"});
    }
}

void examine_strangers(const config::Config& config, const std::vector<kernel::Socket>& sockets,
                       Findings& out) {
    if (const auto found = not_configured(config, sockets); !found.empty())
        out.push_back({Grade::warn, "sockets",
                       list_of(found) + " may be the P-CSCF's, and no listener names it",
                       "name it in [[listener]], or in [core] listeners if it is on Mw: SIP from "
                       "Gm to a port that is not named is dropped"});
}

void examine_coverage(const config::Config& config, const std::vector<std::string>& namespaces,
                      Findings& out) {
    const auto outside = uncovered(config, namespaces);
    if (!outside)
        out.push_back({Grade::warn, "sockets",
                       "whether they are judged is not known: " + outside.error().what,
                       outside.error().hint});
    else if (!outside->empty())
        out.push_back({Grade::fail, "sockets",
                       list_of(*outside) + " made outside of the guarded cgroup: not judged",
                       "start the P-CSCF anew in that cgroup, or name one above its own in "
                       "[cgroup] path"});
    else if (config.cgroup.wanted)
        out.push_back({Grade::ok, "sockets", "all of the listeners are in the guarded cgroup", ""});
}

// Nothing: it cannot be known.
std::optional<bool> is_deferring(const kernel::Holders& holders, const kernel::Socket& socket) {
    const auto holder = holders.find(socket.inode);
    if (holder == holders.end())
        return std::nullopt;
    const auto seconds = kernel::defers_accept(holder->second);
    return seconds ? std::optional(*seconds != 0) : std::nullopt;
}

// Of such a socket a connection comes to be with its first data, and before it is there gm_stream
// takes none (H19): both wait until the kernel does without.
void examine_deferring(const config::Config& config, const std::vector<kernel::Socket>& sockets,
                       Findings& out) {
    const auto holders = kernel::socket_holders();
    std::vector<Endpoint> deferring, unknown;
    for (const auto& socket : sockets) {
        const auto takes_from = [&](const auto& listener) { return takes(listener, socket.local); };
        if (socket.protocol != GM_TCP || std::ranges::none_of(config.listeners, takes_from))
            continue;
        const auto defers = is_deferring(holders, socket);
        if (!defers || *defers)
            (defers ? deferring : unknown).push_back(socket.local);
    }
    if (!deferring.empty())
        out.push_back(
            {Grade::warn, "sockets",
             list_of(deferring) + " with TCP_DEFER_ACCEPT: TCP of phones waits for seconds",
             "take the option off (Kamailio: tcp_defer_accept = no) and start the P-CSCF "
             "anew"});
    if (!unknown.empty())
        out.push_back({Grade::warn, "sockets",
                       "whether TCP_DEFER_ACCEPT is set is not known of " + list_of(unknown),
                       "run this as root, where the processes of the P-CSCF can be seen"});
}

} // namespace

Findings examine_sockets(const config::Config& config) {
    Findings out;
    const auto namespaces = namespaces_of(config);
    std::vector<kernel::Socket> sockets;
    for (const auto& netns : namespaces) {
        auto found = kernel::sockets(netns);
        if (!found) {
            out.push_back({Grade::warn, "sockets", found.error().text(), found.error().hint});
            return out;
        }
        std::ranges::move(*found, std::back_inserter(sockets));
    }
    if (namespaces.empty())
        return out;
    examine_listeners(config, sockets, out);
    examine_strangers(config, sockets, out);
    examine_coverage(config, namespaces, out);
    examine_deferring(config, sockets, out);
    return out;
}

} // namespace gmguard::doctor
