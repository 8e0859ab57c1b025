// SPDX-License-Identifier: BSD-2-Clause
// All that hangs where gmguard's programs do, whosever it is.
#pragma once

#include "base/error.hpp"
#include "kernel/fd.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::kernel {

enum class HookPoint : std::uint8_t {
    xdp,
    tc_ingress,
    tc_egress,
    tcx_egress,
    cgroup_in,
    cgroup_out
};
[[nodiscard]] std::string_view name(HookPoint point);

struct Hooked {
    HookPoint point = HookPoint::xdp;
    std::uint32_t id = 0; // of the program; 0: a filter that is none, as of `tc filter ... u32`
    std::string name;     // of the program, or kind of the filter
};

// On a device of the thread's namespace, each point in the order in which they run; those of TCX
// run before those of TC.
[[nodiscard]] std::vector<Hooked> hooked_on(unsigned ifindex);

// That judge what sockets of the cgroup get and send, those of the cgroups above included.
[[nodiscard]] Result<std::vector<Hooked>> hooked_on(const Fd& cgroup);

} // namespace gmguard::kernel
