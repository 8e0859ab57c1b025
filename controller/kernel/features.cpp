// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/features.hpp"

#include "kernel/libbpf_log.hpp"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>

namespace gmguard::kernel {
namespace {

constexpr const char* kNewer = "a kernel of 6.1 or later has it";

Feature program_type(const char* name, bpf_prog_type type) {
    return {name, libbpf_probe_bpf_prog_type(type, nullptr) == 1, kNewer};
}

Feature map_type(const char* name, bpf_map_type type) {
    return {name, libbpf_probe_bpf_map_type(type, nullptr) == 1, kNewer};
}

// libbpf asks the verifier; -EOPNOTSUPP: it cannot tell, and loading will.
Feature helper(const char* name, bpf_prog_type type, bpf_func_id id) {
    return {name, libbpf_probe_bpf_helper(type, id, nullptr) != 0, kNewer};
}

using Btf = std::unique_ptr<btf, decltype(&btf__free)>;

} // namespace

bool has_kernel_function(const char* name) {
    const Btf kernel(btf__load_vmlinux_btf(), &btf__free);
    return kernel && btf__find_by_name_kind(kernel.get(), name, BTF_KIND_FUNC) > 0;
}

bool may_tell_associations() {
    return has_kernel_function("bpf_cast_to_kern_ctx");
}

namespace {

void probe_btf(std::vector<Feature>& out) {
    const Btf kernel(btf__load_vmlinux_btf(), &btf__free);
    const bool there = kernel && libbpf_get_error(kernel.get()) == 0;
    out.push_back({"BTF of the kernel", there,
                   "/sys/kernel/btf/vmlinux is missing: the kernel needs CONFIG_DEBUG_INFO_BTF=y"});
    if (there)
        out.push_back({"XDP links",
                       btf__find_by_name_kind(kernel.get(), "bpf_xdp_link", BTF_KIND_STRUCT) > 0,
                       kNewer});
}

std::uint64_t effective_capabilities() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        std::uint64_t set = 0;
        if (line.starts_with("CapEff:\t") &&
            std::from_chars(line.data() + 8, line.data() + line.size(), set, 16).ec == std::errc{})
            return set;
    }
    return 0;
}

struct Needed {
    unsigned number;
    const char* name;
    bool in_sys_admin;
};
constexpr Needed kNeeded[] = {{CAP_BPF, "CAP_BPF", true},
                              {CAP_PERFMON, "CAP_PERFMON", true},
                              {CAP_NET_ADMIN, "CAP_NET_ADMIN", false}};

bool has(std::uint64_t set, unsigned number) {
    return ((set >> number) & 1) != 0;
}

std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

} // namespace

std::vector<Feature> probe_features() {
    const LibbpfLog quiet;
    std::vector<Feature> out;
    probe_btf(out);
    out.push_back(program_type("XDP", BPF_PROG_TYPE_XDP));
    out.push_back(program_type("cgroup_skb", BPF_PROG_TYPE_CGROUP_SKB));
    out.push_back(program_type("TC", BPF_PROG_TYPE_SCHED_CLS));
    out.push_back(map_type("ring buffers", BPF_MAP_TYPE_RINGBUF));
    out.push_back(map_type("prefix maps", BPF_MAP_TYPE_LPM_TRIE));
    out.push_back(helper("bpf_loop", BPF_PROG_TYPE_XDP, BPF_FUNC_loop));
    out.push_back(helper("coarse clock", BPF_PROG_TYPE_XDP, BPF_FUNC_ktime_get_coarse_ns));
    return out;
}

std::vector<std::string> missing_capabilities() {
    const auto set = effective_capabilities();
    std::vector<std::string> out;
    for (const auto& needed : kNeeded)
        if (!has(set, needed.number) && !(needed.in_sys_admin && has(set, CAP_SYS_ADMIN)))
            out.emplace_back(needed.name);
    return out;
}

Result<> require_capabilities() {
    const auto missing = missing_capabilities();
    if (missing.empty())
        return {};
    std::string names;
    for (const auto& name : missing)
        names += (names.empty() ? "" : ", ") + name;
    return fail(ErrorKind::system, "capabilities", names + " missing",
                "run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (in a unit: "
                "AmbientCapabilities= and CapabilityBoundingSet=)");
}

std::string lockdown() {
    const auto line = first_line("/sys/kernel/security/lockdown"); // "none [integrity] ..."
    const auto from = line.find('[');
    const auto to = line.find(']', from);
    return from == line.npos || to == line.npos ? "" : line.substr(from + 1, to - from - 1);
}

bool is_bpffs(const std::string& path) {
    std::filesystem::path there(path);
    std::error_code none;
    while (!std::filesystem::exists(there, none) && there.has_relative_path())
        there = there.parent_path();
    struct statfs system{};
    return ::statfs(there.c_str(), &system) == 0 &&
           static_cast<unsigned long>(system.f_type) == BPF_FS_MAGIC;
}

bool is_jit_on() {
    const auto word = first_line("/proc/sys/net/core/bpf_jit_enable");
    return word.empty() || word != "0"; // not there: CONFIG_BPF_JIT_ALWAYS_ON
}

} // namespace gmguard::kernel
