// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/doctor.hpp"

#include "kernel/features.hpp"
#include "kernel/objects.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

namespace gmguard::doctor {
namespace {

constexpr const char* kKernel = "kernel";

std::string release() {
    utsname system{};
    return ::uname(&system) == 0 ? system.release : "unknown";
}

void examine_features(Findings& out) {
    std::vector<std::string> there;
    for (const auto& feature : kernel::probe_features()) {
        if (feature.there)
            there.push_back(feature.name);
        else
            out.push_back({Grade::fail, kKernel, "has no " + feature.name, feature.missing});
    }
    out.push_back(
        {Grade::ok, kKernel, fmt::format("{} has {}", release(), fmt::join(there, ", ")), ""});
    if (!kernel::is_jit_on())
        out.push_back({Grade::warn, kKernel, "interprets programs, which is ten times slower",
                       "sysctl -w net.core.bpf_jit_enable=1"});
    if (const auto lock = kernel::lockdown(); lock == "confidentiality")
        out.push_back(
            {Grade::warn, kKernel, "is locked down for confidentiality",
             "programs that read kernel memory are refused there; see kernel_lockdown(7)"});
}

// Features cannot be probed without the right to: then nothing else is said of the kernel.
bool examine_privileges(Findings& out) {
    const auto allowed = kernel::require_capabilities();
    if (allowed)
        out.push_back({Grade::ok, "privileges", "CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN", ""});
    else
        out.push_back({Grade::fail, "privileges", allowed.error().what, allowed.error().hint});
    return allowed.has_value();
}

void examine_programs(Findings& out) {
    const auto objects = kernel::Objects::open_private();
    if (!objects) {
        out.push_back({Grade::fail, "programs", objects.error().what, objects.error().hint});
        return;
    }
    std::vector<std::string> sizes;
    for (std::size_t i = 0; i < kernel::kPrograms; ++i) {
        const auto program = static_cast<kernel::Program>(i);
        if (const auto info = objects->info(program))
            sizes.push_back(
                fmt::format("{} {}", kernel::name(program), info->verified_instructions));
    }
    out.push_back({Grade::ok, "programs",
                   fmt::format("load; instructions verified: {}", fmt::join(sizes, ", ")), ""});
}

void examine_pins(const std::string& pins, Findings& out) {
    if (kernel::is_bpffs(pins))
        out.push_back({Grade::ok, "pins", pins + " is on bpffs", ""});
    else
        out.push_back({Grade::fail, "pins", pins + " is not on bpffs",
                       "mount -t bpf bpf /sys/fs/bpf, or name another [pins] path"});
}

} // namespace

std::string_view name(Grade grade) {
    constexpr std::array<std::string_view, 3> names = {"ok", "warn", "fail"};
    return names[static_cast<std::size_t>(grade)];
}

Grade worst(std::span<const Finding> findings) {
    const auto found = std::ranges::max_element(findings, {}, &Finding::grade);
    return found == findings.end() ? Grade::ok : found->grade;
}

Findings examine_host(const std::string& pins) {
    Findings out;
    const bool allowed = examine_privileges(out);
    if (allowed) {
        examine_features(out);
        examine_programs(out);
    }
    examine_pins(pins, out);
    return out;
}

} // namespace gmguard::doctor
