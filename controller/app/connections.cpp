// SPDX-License-Identifier: BSD-2-Clause
#include "app/connections.hpp"

#include "kernel/sockets.hpp"

namespace gmguard::app {

bool is_poisoned(const gm_record& report) {
    return report.reason == GM_REASON_tcp_poisoned && report.verdict == GM_VERDICT_DROP;
}

Result<> end_connection(std::span<const std::string> namespaces, const gm_record& report) {
    const Endpoint local{Address(report.destination), report.destination_port};
    const Endpoint remote{Address(report.source), report.source_port};
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

} // namespace gmguard::app
