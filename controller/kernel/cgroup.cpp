// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cgroup.hpp"

#include "kernel/attach.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <sstream>

namespace gmguard::kernel {
namespace {

constexpr int kKernfsHandle = 0xfe; // FILEID_KERNFS: the handle is the number

// The mount point in a line of mountinfo of type cgroup2; else empty. proc(5): fields up to " - "
// may be more than ten, the fifth is the mount point.
std::string mount_point(const std::string& line) {
    const auto dash = line.find(" - cgroup2 ");
    if (dash == std::string::npos)
        return {};
    std::istringstream fields(line.substr(0, dash));
    std::string field;
    for (int i = 0; i < 5; ++i)
        fields >> field;
    return field;
}

} // namespace

Result<std::string> cgroup2_mount() {
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);)
        if (auto path = mount_point(line); !path.empty())
            return path;
    return fail(ErrorKind::not_found, "cgroup2", "is not mounted",
                "mount -t cgroup2 none /sys/fs/cgroup/unified, or [cgroup] path = \"none\" to "
                "guard by XDP and TC only");
}

Result<Cgroup> open_cgroup(const std::string& path) {
    Cgroup cgroup{{}, 0, path};
    if (path.empty()) {
        auto mount = cgroup2_mount();
        if (!mount)
            return fail(std::move(mount.error()));
        cgroup.path = std::move(*mount);
    }
    const std::string subject = "cgroup " + cgroup.path;
    cgroup.directory = Fd(::open(cgroup.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!cgroup.directory.valid() && errno == ENOENT)
        return fail(ErrorKind::not_found, subject, "there is no such directory");
    struct statfs system{};
    struct stat status{};
    if (!cgroup.directory.valid() || ::fstatfs(cgroup.directory.get(), &system) != 0 ||
        ::fstat(cgroup.directory.get(), &status) != 0)
        return fail(system_error(errno, subject, "cannot open"));
    if (static_cast<unsigned long>(system.f_type) != CGROUP2_SUPER_MAGIC)
        return fail(ErrorKind::invalid, subject, "is no directory of cgroup2");
    cgroup.id = status.st_ino;
    return cgroup;
}

std::string cgroup_path(std::uint64_t id) {
    const auto mount = open_cgroup({});
    if (!mount)
        return {};
    alignas(file_handle) std::array<char, sizeof(file_handle) + sizeof id> bytes{};
    auto* handle = reinterpret_cast<file_handle*>(bytes.data());
    handle->handle_bytes = sizeof id;
    handle->handle_type = kKernfsHandle;
    std::memcpy(bytes.data() + sizeof(file_handle), &id, sizeof id);
    const Fd found(::open_by_handle_at(mount->directory.get(), handle, O_PATH | O_CLOEXEC));
    if (!found.valid())
        return {};
    const auto link = "/proc/self/fd/" + std::to_string(found.get());
    std::array<char, PATH_MAX> path{};
    const auto length = ::readlink(link.c_str(), path.data(), path.size());
    return length < 0 ? std::string{} : std::string(path.data(), static_cast<std::size_t>(length));
}

} // namespace gmguard::kernel
