// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/doctor.hpp"

#include "kernel/cgroup.hpp"
#include "kernel/hooked.hpp"

#include <fmt/format.h>

namespace gmguard::doctor {
namespace {

void examine_strangers(const std::vector<kernel::Hooked>& all, Findings& out) {
    bool seen_ours = false;
    auto point = kernel::HookPoint::cgroup_in;
    for (const auto& each : all) {
        if (each.point != point)
            seen_ours = false;
        point = each.point;
        if (each.name.starts_with("gm_")) {
            seen_ours = true;
            continue;
        }
        out.push_back({Grade::warn, "cgroup",
                       fmt::format("program {} ({}) at {} runs {} gmguard's", each.id, each.name,
                                   kernel::name(each.point), seen_ours ? "after" : "before"),
                       "what either of them drops is dropped: see that it lets SIP pass"});
    }
}

} // namespace

Findings examine_cgroup(const config::Config& config) {
    if (!config.cgroup.wanted)
        return {{Grade::warn, "cgroup",
                 "none is wanted: fragments and protected ports are not judged",
                 "name the P-CSCF's in [cgroup] path"}};
    const auto cgroup = kernel::open_cgroup(config.cgroup.path);
    if (!cgroup)
        return {{Grade::fail, "cgroup", cgroup.error().text(), "see cgroups(7)"}};
    Findings out{{Grade::ok, "cgroup", cgroup->path + " is one of cgroup2", ""}};
    const auto hooked = kernel::hooked_on(cgroup->directory);
    if (hooked)
        examine_strangers(*hooked, out);
    else
        out.push_back({Grade::warn, "cgroup", hooked.error().text(), "run as root"});
    return out;
}

} // namespace gmguard::doctor
