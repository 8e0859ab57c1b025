// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/raw_connection.hpp"

#include <array>
#include <cstring>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace gmguard::admin {

RawConnection::RawConnection(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect to " + path);
    const timeval patience{5, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

RawConnection::~RawConnection() {
    close(fd_);
}

void RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawConnection::finish_sending() {
    shutdown(fd_, SHUT_WR);
}

bool RawConnection::read_some(std::string& into) {
    std::array<char, 4096> piece;
    const ssize_t size = read(fd_, piece.data(), piece.size());
    if (size > 0)
        into.append(piece.data(), static_cast<std::size_t>(size));
    return size > 0;
}

std::string RawConnection::read_all() {
    std::string text;
    while (read_some(text))
        continue;
    return text;
}

std::string RawConnection::read_until(std::string_view wanted) {
    std::string text;
    while (text.find(wanted) == text.npos && read_some(text))
        continue;
    return text;
}

int count_of(std::string_view text, std::string_view part) {
    int count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

} // namespace gmguard::admin
