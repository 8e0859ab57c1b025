// SPDX-License-Identifier: BSD-2-Clause
#include "app/status.hpp"

#include "doctor/coverage.hpp"

#include <sys/utsname.h>

#include <algorithm>

namespace gmguard::app {
namespace {

std::vector<std::string> ranges_of(const std::vector<std::uint16_t>& ports) {
    std::vector<std::string> out;
    for (auto first = ports.begin(); first != ports.end();) {
        auto last = first;
        while (last + 1 != ports.end() && *(last + 1) == *last + 1)
            ++last;
        out.push_back(std::to_string(*first) + (first == last ? "" : "-" + std::to_string(*last)));
        first = last + 1;
    }
    return out;
}

admin::Listener show(const config::Listener& listener) {
    return {listener.name,
            listener.profile,
            listener.protection,
            listener.address,
            ranges_of(listener.unprotected_ports),
            ranges_of(listener.protected_ports),
            listener.shared_interface};
}

bool has_side(const Interfaces& interfaces, gm_side side) {
    return std::ranges::any_of(interfaces.all(),
                               [side](const Side& s) { return s.interface.side == side; });
}

void warn_of_interfaces(const Interfaces& interfaces, std::vector<std::string>& out) {
    if (!has_side(interfaces, GM_SIDE_GM))
        out.emplace_back("no Gm interface is attached: nothing is judged");
    for (const auto& side : interfaces.all())
        if (side.interface.side == GM_SIDE_GM &&
            side.interface.xdp_mode == config::XdpMode::generic)
            out.push_back("interface " + side.interface.name +
                          " has XDP in generic mode, which is slower");
}

void warn_of_listeners(const config::Config& config, std::vector<std::string>& out) {
    for (const auto& listener : config.listeners)
        if (listener.shared_interface)
            out.push_back("listener " + listener.name +
                          " shares its interface: packets with a core peer's address are exempt");
}

// H7: a cgroup sees only the sockets that were made in it.
void warn_of_cgroup(const config::Config& config, const Interfaces& interfaces,
                    const std::string& path, std::vector<std::string>& out) {
    if (path.empty())
        out.emplace_back("no cgroup is attached: what comes in fragments, and what comes to "
                         "protected ports, is not judged");
    const auto outside = doctor::uncovered(config, interfaces.namespaces());
    if (!outside)
        out.push_back("whether the P-CSCF's sockets are judged is not known: " +
                      outside.error().text());
    for (const auto& socket : outside.value_or(std::vector<std::string>{}))
        out.push_back(doctor::complaint(socket));
}

std::vector<std::string> warnings_of(const config::Config& config, const Interfaces& interfaces,
                                     const std::string& cgroup) {
    std::vector<std::string> out;
    warn_of_interfaces(interfaces, out);
    warn_of_cgroup(config, interfaces, cgroup, out);
    if (config.core.peers.empty())
        out.emplace_back("no core peers: answers are believed as they leave to the phones");
    if (config.home_domains.empty())
        out.emplace_back("no home domains: a REGISTER may go to any domain");
    warn_of_listeners(config, out);
    return out;
}

} // namespace

std::string_view version() {
    return GMGUARD_VERSION;
}
std::string_view commit() {
    return GMGUARD_COMMIT;
}

admin::Status status_of(const config::Config& config, const kernel::Objects& objects,
                        const Interfaces& interfaces) {
    admin::Status status;
    status.version = version();
    status.commit = commit();
    utsname system{};
    if (::uname(&system) == 0)
        status.kernel = system.release;
    const auto cgroup = kernel::attached_cgroup(objects.pin_path());
    if (cgroup && cgroup->is_whole())
        status.cgroup = cgroup->path;
    status.sec_path = objects.reads_associations();
    for (const auto& listener : config.listeners)
        status.listeners.push_back(show(listener));
    status.warnings = warnings_of(config, interfaces, status.cgroup);
    return status;
}

} // namespace gmguard::app
