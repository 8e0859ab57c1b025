// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/inventory.hpp"

#include "kernel/attach.hpp"
#include "kernel/pins.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/klog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <sstream>

namespace gmguard::kernel {
namespace {

constexpr int kReadAll = 3, kSize = 10; // SYSLOG_ACTION_* of syslog(2)
constexpr std::size_t kLines = 200;

Result<PinnedMap> map_info(const std::string& path) {
    const auto fd = open_pin(path);
    if (!fd)
        return fail(fd.error());
    bpf_map_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(fd->get(), &info, &length) != 0)
        return fail(system_error(errno, path, "cannot ask"));
    return PinnedMap{info.name,     info.id,         info.type,
                     info.key_size, info.value_size, info.max_entries};
}

Result<AttachedProgram> program_info(std::uint32_t id) {
    const Fd fd(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info{};
    __u32 length = sizeof info;
    if (!fd.valid() || bpf_obj_get_info_by_fd(fd.get(), &info, &length) != 0)
        return fail(system_error(errno, "program " + std::to_string(id), "cannot ask"));
    return AttachedProgram{info.name,           info.id,      info.verified_insns,
                           info.jited_prog_len, info.run_cnt, info.run_time_ns};
}

// In the order of their ids, which is that of their loading.
Result<std::set<std::uint32_t>> attached_ids(const std::string& pins) {
    std::set<std::uint32_t> ids;
    const auto interfaces = attached(pins);
    if (!interfaces)
        return fail(interfaces.error());
    for (const auto& each : *interfaces)
        ids.insert({each.front, each.answers});
    const auto cgroup = attached_cgroup(pins);
    if (!cgroup)
        return fail(cgroup.error());
    ids.insert({cgroup->inside, cgroup->stream, cgroup->onward});
    ids.erase(0);
    return ids;
}

bool is_of_bpf(const std::string& line) {
    constexpr std::array<std::string_view, 5> words = {"bpf", "BPF", "XDP", "xdp", "gm_"};
    return std::ranges::any_of(words, [&](auto word) { return line.contains(word); });
}

} // namespace

Result<std::vector<PinnedMap>> pinned_maps(const std::string& pins) {
    std::vector<PinnedMap> out;
    for (const auto& name : names_in(pins + "/maps")) {
        auto info = map_info(map_pin(pins, name));
        if (!info)
            return fail(std::move(info.error()));
        out.push_back(std::move(*info));
    }
    std::ranges::sort(out, {}, &PinnedMap::name);
    return out;
}

Result<std::vector<AttachedProgram>> attached_programs(const std::string& pins) {
    const auto ids = attached_ids(pins);
    if (!ids)
        return fail(ids.error());
    std::vector<AttachedProgram> out;
    for (const auto id : *ids) {
        auto info = program_info(id);
        if (!info)
            return fail(std::move(info.error()));
        out.push_back(std::move(*info));
    }
    return out;
}

std::string libbpf_version() {
    const std::string version = libbpf_version_string();
    return version.substr(version.find_first_of("0123456789"));
}

Result<std::vector<std::string>> kernel_log() {
    const int size = ::klogctl(kSize, nullptr, 0);
    std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    const int got = size < 0 ? size : ::klogctl(kReadAll, text.data(), size);
    if (got < 0)
        return fail(system_error(errno, "kernel log", "cannot read"));
    text.resize(static_cast<std::size_t>(got));
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (is_of_bpf(line))
            out.push_back(line);
    if (out.size() > kLines)
        out.erase(out.begin(), out.end() - kLines);
    return out;
}

} // namespace gmguard::kernel
