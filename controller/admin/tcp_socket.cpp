// SPDX-License-Identifier: BSD-2-Clause
#include "admin/tcp_socket.hpp"

#include "admin/unix_socket.hpp"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gmguard::admin {
namespace {

// Connections that wait to be accepted. A flood fills it, and then who comes has to try again; a
// longer queue would only make everybody wait longer.
constexpr int kBacklog = 128;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress to_socket(const Endpoint& at) {
    SocketAddress out;
    if (at.address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(at.port);
        v4.sin_addr.s_addr = htonl(static_cast<std::uint32_t>(at.address.value()));
        std::memcpy(&out.storage, &v4, out.size = sizeof v4);
        return out;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(at.port);
    for (unsigned i = 0; i < 16; ++i)
        v6.sin6_addr.s6_addr[i] = static_cast<std::uint8_t>(at.address.value() >> (8 * (15 - i)));
    std::memcpy(&out.storage, &v6, out.size = sizeof v6);
    return out;
}

Endpoint from_socket(const SocketAddress& from) {
    if (from.storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &from.storage, sizeof v4);
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4.sin_addr);
        return {Address::from_bytes({bytes, 4}), ntohs(v4.sin_port)};
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &from.storage, sizeof v6);
    return {Address::from_bytes({v6.sin6_addr.s6_addr, 16}), ntohs(v6.sin6_port)};
}

bool is_tcp(const SocketAddress& address) {
    return address.storage.ss_family == AF_INET || address.storage.ss_family == AF_INET6;
}

// 0 or the errno.
int bind_and_listen(int fd, const Endpoint& at) {
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!at.address.is_v4())
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    SocketAddress address = to_socket(at);
    if (bind(fd, address.raw(), address.size) != 0 || listen(fd, kBacklog) != 0)
        return errno;
    return 0;
}

} // namespace

Result<int> listen_tcp(const Endpoint& at) {
    const int family = at.address.is_v4() ? AF_INET : AF_INET6;
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(system_error(errno, at.text(), "cannot make a socket"));
    const int error = bind_and_listen(fd, at);
    if (error == 0)
        return fd;
    close(fd);
    if (error == EADDRINUSE)
        return fail(ErrorKind::conflict, at.text(), "another process listens there",
                    "is a controller running already?");
    return fail(system_error(error, at.text(), "cannot listen"));
}

Endpoint bound_to(int fd) {
    SocketAddress address;
    getsockname(fd, address.raw(), &address.size);
    return from_socket(address);
}

Peer peer_at(int fd) {
    SocketAddress address;
    Peer peer;
    if (getpeername(fd, address.raw(), &address.size) != 0 || !is_tcp(address)) {
        peer.name = peer_of(fd);
        return peer;
    }
    const Endpoint there = from_socket(address);
    peer.name = there.text();
    peer.address = there.address;
    peer.local = bound_to(fd).address;
    return peer;
}

} // namespace gmguard::admin
