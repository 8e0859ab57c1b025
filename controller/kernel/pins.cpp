// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pins.hpp"

#include <bpf/bpf.h>
#include <dirent.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace gmguard::kernel {
namespace {

constexpr std::array kFolders = {"maps", "programs", "links", "show"};

Result<> make_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(system_error(errno, path, "cannot make the directory"));
    return {};
}

Result<> check_bpffs(const std::string& path) {
    struct statfs status{};
    if (::statfs(path.c_str(), &status) != 0)
        return fail(system_error(errno, path, "cannot be looked at"));
    if (static_cast<unsigned long>(status.f_type) == BPF_FS_MAGIC)
        return {};
    return fail(ErrorKind::invalid, path, "is not on a BPF file system",
                "mount -t bpf bpf /sys/fs/bpf, or name another [pins] path");
}

} // namespace

std::string map_pin(const std::string& pins, std::string_view map) {
    return pins + "/maps/" + std::string(map);
}

std::string program_pin(const std::string& pins, std::string_view kept) {
    return pins + "/programs/" + std::string(kept);
}

std::string link_pin(const std::string& pins, std::string_view link) {
    return pins + "/links/" + std::string(link);
}

std::string show_pin(const std::string& pins) {
    return pins + "/show/bindings";
}

Result<> make_pin_directories(const std::string& pins) {
    const auto slash = pins.rfind('/');
    if (slash == std::string::npos)
        return fail(ErrorKind::invalid, pins, "is no absolute path");
    if (auto checked = check_bpffs(pins.substr(0, slash)); !checked)
        return checked;
    if (auto made = make_directory(pins); !made)
        return made;
    for (const auto* folder : kFolders)
        if (auto made = make_directory(pins + "/" + folder); !made)
            return made;
    return {};
}

Result<Fd> open_pin(const std::string& path) {
    Fd fd(bpf_obj_get(path.c_str()));
    if (!fd.valid() && errno != ENOENT)
        return fail(system_error(errno, path, "cannot open"));
    return fd;
}

Result<> pin(const Fd& fd, const std::string& path) {
    if (bpf_obj_pin(fd.get(), path.c_str()) != 0)
        return fail(system_error(errno, path, "cannot pin"));
    return {};
}

Result<> pin_over(const Fd& fd, const std::string& path) {
    const auto fresh = path + "_new";
    if (auto gone = unpin(fresh); !gone)
        return gone;
    if (auto pinned = pin(fd, fresh); !pinned)
        return pinned;
    if (std::rename(fresh.c_str(), path.c_str()) != 0)
        return fail(system_error(errno, path, "cannot be replaced"));
    return {};
}

Result<> unpin(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return fail(system_error(errno, path, "cannot unpin"));
    return {};
}

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), &::closedir);
    while (const dirent* entry = open ? ::readdir(open.get()) : nullptr)
        if (entry->d_name[0] != '.')
            names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
}

void remove_empty_pin_directories(const std::string& pins) {
    for (const auto* folder : kFolders)
        ::rmdir((pins + "/" + folder).c_str());
    ::rmdir(pins.c_str());
}

} // namespace gmguard::kernel
