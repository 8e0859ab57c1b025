// SPDX-License-Identifier: BSD-2-Clause
// What is right and wrong with a host, before and while it is guarded. Nothing is changed by
// looking: programs are loaded once, attached to nothing.
#pragma once

#include "config/config.hpp"

#include <span>
#include <string>
#include <vector>

namespace gmguard::doctor {

enum class Grade : std::uint8_t {
    ok,
    warn, // it guards, but slower or less than it could
    fail, // it cannot guard, or does not guard what it was asked to
};
[[nodiscard]] std::string_view name(Grade grade); // "ok", "warn", "fail"

struct Finding {
    Grade grade = Grade::ok;
    std::string subject; // "kernel", "interface gm0"
    std::string what;    // one sentence, lower case, no full stop
    std::string hint;    // what to do; empty where it is ok
};
using Findings = std::vector<Finding>;

// Kernel, privileges, file systems; whether the programs load.
[[nodiscard]] Findings examine_host(const std::string& pins);
[[nodiscard]] Findings examine_interfaces(const config::Config& config);
[[nodiscard]] Findings examine_cgroup(const config::Config& config);
// Sockets of the namespaces that Gm interfaces are in, against the listeners.
[[nodiscard]] Findings examine_sockets(const config::Config& config);
// Whether an address that goes to another subscriber is free for him (H21). Where the kernel does
// not tell associations apart, none is contested.
[[nodiscard]] Findings examine_leases(const config::Config& config, bool tells_associations);

// The worst of all; ok where there is none.
[[nodiscard]] Grade worst(std::span<const Finding> findings);

} // namespace gmguard::doctor
