// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/coverage.hpp"

#include "doctor/listening.hpp"
#include "kernel/cgroup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace gmguard::doctor {
namespace {

bool is_in(const std::string& path, const std::string& guarded) {
    return path == guarded || path.starts_with(guarded + "/");
}

} // namespace

std::string complaint(const std::string& uncovered_socket) {
    return "socket " + uncovered_socket +
           " was made outside of the guarded cgroup: what it gets is not judged";
}

std::vector<std::string> uncovered(const config::Config& config,
                                   std::span<const kernel::Socket> sockets,
                                   const std::string& guarded, const CgroupPath& path_of) {
    std::set<std::string> out;
    for (const auto& socket : sockets) {
        const bool ours = std::ranges::any_of(
            config.listeners, [&](const auto& listener) { return takes(listener, socket.local); });
        const auto path = ours ? path_of(socket.cgroup) : std::string{};
        if (ours && !is_in(path, guarded))
            out.insert(
                fmt::format("{} (cgroup {})", socket.local.text(), path.empty() ? "gone" : path));
    }
    return {out.begin(), out.end()};
}

Result<std::vector<std::string>> uncovered(const config::Config& config,
                                           std::span<const std::string> namespaces) {
    if (!config.cgroup.wanted)
        return std::vector<std::string>{};
    const auto guarded = kernel::open_cgroup(config.cgroup.path);
    if (!guarded)
        return fail(guarded.error());
    const auto path = kernel::cgroup_path(guarded->id);
    std::vector<std::string> out;
    for (const auto& netns : namespaces) {
        const auto sockets = kernel::sockets(netns);
        if (!sockets)
            return fail(sockets.error());
        for (auto& each : uncovered(config, *sockets, path, &kernel::cgroup_path))
            out.push_back(std::move(each));
    }
    return out;
}

} // namespace gmguard::doctor
