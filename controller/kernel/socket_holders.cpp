// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/socket_holders.hpp"

#include "kernel/fd.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

namespace gmguard::kernel {
namespace {

namespace fs = std::filesystem;

template <typename T> std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

// The inode of "socket:[INODE]".
std::optional<std::uint32_t> socket_inode(std::string_view link) {
    constexpr std::string_view kMark = "socket:[";
    if (!link.starts_with(kMark) || !link.ends_with(']'))
        return std::nullopt;
    return number<std::uint32_t>(link.substr(kMark.size(), link.size() - kMark.size() - 1));
}

// A process may end while it is looked at.
void add_sockets_of(const fs::path& process, pid_t id, Holders& out) {
    std::error_code none, gone;
    auto at = fs::directory_iterator(process / "fd", none);
    for (; !none && at != fs::directory_iterator(); at.increment(none)) {
        const auto inode = socket_inode(fs::read_symlink(at->path(), gone).native());
        const auto fd = number<int>(at->path().filename().native());
        if (inode && fd)
            out.try_emplace(*inode, Holder{id, *fd});
    }
}

// By number: the header of glibc 2.36 has them for C only.
Fd open_process(pid_t process) {
    return Fd(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}

Fd copy_of(const Fd& process, int fd) {
    return Fd(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
}

Error cannot(const Holder& holder) {
    return system_error(errno, "sockets of process " + std::to_string(holder.process),
                        "cannot be asked");
}

} // namespace

Holders socket_holders() {
    Holders out;
    std::error_code none;
    auto at = fs::directory_iterator("/proc", none);
    for (; !none && at != fs::directory_iterator(); at.increment(none))
        if (const auto id = number<pid_t>(at->path().filename().native()))
            add_sockets_of(at->path(), *id, out);
    return out;
}

Result<int> defers_accept(const Holder& holder) {
    const Fd process = open_process(holder.process);
    if (!process.valid())
        return fail(cannot(holder));
    const Fd copy = copy_of(process, holder.fd);
    int seconds = 0;
    socklen_t size = sizeof seconds;
    if (!copy.valid() ||
        ::getsockopt(copy.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &size) != 0)
        return fail(cannot(holder));
    return seconds;
}

} // namespace gmguard::kernel
