// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/kept_programs.hpp"

#include "kernel/pins.hpp"

#include <bpf/bpf.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <functional>
#include <vector>

namespace gmguard::kernel {
namespace {

Result<bpf_map_info> info_of_map(const Fd& map) {
    bpf_map_info info{};
    __u32 length = sizeof info;
    if (!map.valid() || bpf_obj_get_info_by_fd(map.get(), &info, &length) != 0)
        return fail(system_error(errno, "map of a pinned program", "cannot ask"));
    return info;
}

Result<std::vector<std::uint32_t>> maps_of(const Fd& program, const std::string& path) {
    bpf_prog_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0)
        return fail(system_error(errno, path, "cannot ask"));
    std::vector<std::uint32_t> ids(info.nr_map_ids);
    info = {};
    info.nr_map_ids = static_cast<__u32>(ids.size());
    info.map_ids = reinterpret_cast<std::uintptr_t>(ids.data());
    if (bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0)
        return fail(system_error(errno, path, "cannot ask"));
    return ids;
}

// Whether the map is one of these, or has no name of theirs: scratch of the program.
Result<bool> fits(std::uint32_t id, const SharedMaps& maps) {
    const auto of_program = info_of_map(Fd(bpf_map_get_fd_by_id(id)));
    if (!of_program)
        return fail(of_program.error());
    const auto shared = maps.find(std::string_view(of_program->name));
    if (shared == maps.end())
        return true;
    const auto wanted = info_of_map(shared->second);
    if (!wanted)
        return fail(wanted.error());
    return wanted->id == id;
}

} // namespace

std::string kept_name(std::string_view program, std::string_view object) {
    std::array<char, 16> digits{};
    const auto [end, error] =
        std::to_chars(digits.begin(), digits.end(), std::hash<std::string_view>{}(object), 16);
    return std::string(program) + "_" + std::string(digits.begin(), end);
}

Result<Fd> find_kept(const std::string& pins, const std::string& kept, const SharedMaps& maps) {
    const auto path = program_pin(pins, kept);
    auto program = open_pin(path);
    if (!program || !program->valid())
        return program;
    const auto ids = maps_of(*program, path);
    if (!ids)
        return fail(ids.error());
    for (const auto id : *ids) {
        const auto same = fits(id, maps);
        if (!same)
            return fail(same.error());
        if (!*same)
            return Fd();
    }
    return program;
}

Result<> keep_program(const std::string& pins, std::string_view program, const std::string& kept,
                      const Fd& fd) {
    if (auto pinned = pin_over(fd, program_pin(pins, kept)); !pinned)
        return pinned;
    for (const auto& name : names_in(pins + "/programs"))
        if (name != kept && name.starts_with(std::string(program) + "_"))
            if (auto gone = unpin(program_pin(pins, name)); !gone)
                return gone;
    return {};
}

} // namespace gmguard::kernel
