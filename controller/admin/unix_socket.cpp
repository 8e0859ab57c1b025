// SPDX-License-Identifier: BSD-2-Clause
#include "admin/unix_socket.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace gmguard::admin {
namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

int stream_socket() {
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

// 0: somebody answers; else the errno of the attempt.
int call(const std::string& path) {
    const int fd = stream_socket();
    if (fd < 0)
        return errno;
    const sockaddr_un address = address_of(path);
    const bool answered =
        connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int error = answered ? 0 : errno;
    close(fd);
    return error == EAGAIN ? 0 : error; // its backlog is full: somebody is there
}

Result<> make_room(const std::string& path) {
    struct stat there{};
    if (lstat(path.c_str(), &there) != 0) {
        if (errno == ENOENT)
            return {};
        return fail(system_error(errno, path, "cannot look at the socket"));
    }
    if (!S_ISSOCK(there.st_mode))
        return fail(ErrorKind::conflict, path, "exists and is no socket");
    const int error = call(path);
    if (error == 0)
        return fail(ErrorKind::conflict, path, "another process answers on this socket",
                    "is a controller running already?");
    if (error != ECONNREFUSED)
        return fail(system_error(error, path, "cannot tell whether the socket is in use"));
    if (unlink(path.c_str()) != 0)
        return fail(system_error(errno, path, "cannot remove the old socket"));
    return {};
}

// 0 or the errno.
int bind_and_listen(int fd, const std::string& path) {
    const sockaddr_un address = address_of(path);
    const mode_t mask = umask(0117); // 0660 from its first moment
    const int bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = bound == 0 ? 0 : errno;
    umask(mask);
    if (error != 0)
        return error;
    return listen(fd, SOMAXCONN) == 0 ? 0 : errno;
}

} // namespace

std::string peer_of(int fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return "unknown";
    return fmt::format("uid {} gid {} pid {}", peer.uid, peer.gid, peer.pid);
}

Result<ListeningSocket> ListeningSocket::open(const std::string& path) {
    if (Result<> room = make_room(path); !room)
        return fail(room.error());
    ListeningSocket made("", stream_socket());
    if (made.fd_ < 0)
        return fail(system_error(errno, path, "cannot make a socket"));
    if (const int error = bind_and_listen(made.fd_, path); error != 0)
        return fail(system_error(error, path, "cannot listen"));
    if (lstat(path.c_str(), &made.made_) != 0)
        return fail(system_error(errno, path, "cannot look at the socket"));
    made.path_ = path;
    return made;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : path_(std::exchange(other.path_, {})), fd_(std::exchange(other.fd_, -1)), made_(other.made_) {
}

ListeningSocket::~ListeningSocket() {
    if (fd_ >= 0)
        close(fd_);
    remove();
}

int ListeningSocket::release() {
    return std::exchange(fd_, -1);
}

void ListeningSocket::remove() {
    const std::string path = std::exchange(path_, {});
    struct stat there{};
    if (!path.empty() && lstat(path.c_str(), &there) == 0 && there.st_dev == made_.st_dev &&
        there.st_ino == made_.st_ino)
        unlink(path.c_str());
}

} // namespace gmguard::admin
