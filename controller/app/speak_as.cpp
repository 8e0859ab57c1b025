// SPDX-License-Identifier: BSD-2-Clause
#include "app/speak_as.hpp"

#include "kernel/fd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace gmguard::app {
namespace {

// IPv4 as ::ffff:0:0/96, which an IPv6 socket speaks too.
in6_addr mapped(const Address& address) {
    in6_addr out{};
    std::ranges::copy(address.bytes(), out.s6_addr);
    return out;
}

sockaddr_in6 socket_address(const in6_addr& address, std::uint16_t port) {
    sockaddr_in6 out{};
    out.sin6_family = AF_INET6;
    out.sin6_addr = address;
    out.sin6_port = htons(port);
    return out;
}

bool set(int fd, int level, int option, int value) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

Error failed(const Endpoint& from, const char* what) {
    auto error = system_error(errno, "socket " + from.text(), what);
    if (error.code == EADDRINUSE) {
        error.kind = ErrorKind::conflict;
        error.hint = "the P-CSCF's socket needs SO_REUSEADDR, as Kamailio's and OpenSIPS' have it";
    }
    return error;
}

// SO_REUSEPORT puts an IPv6 socket behind the others of its port.
Result<kernel::Fd> open_beside(const Endpoint& from) {
    kernel::Fd fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid())
        return fail(failed(from, "cannot be made"));
    const auto any = socket_address(in6addr_any, from.port);
    if (!set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0) ||
        !set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) || !set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1))
        return fail(failed(from, "cannot be set up"));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0)
        return fail(failed(from, "cannot be shared"));
    return fd;
}

bool send(int fd, const Endpoint& from, const Endpoint& to, std::string_view datagram) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
    auto destination = socket_address(mapped(to.address), to.port);
    iovec data{const_cast<char*>(datagram.data()), datagram.size()};
    msghdr message{};
    message.msg_name = &destination;
    message.msg_namelen = sizeof destination;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
    const in6_pktinfo source{mapped(from.address), 0};
    std::memcpy(CMSG_DATA(header), &source, sizeof source);
    return ::sendmsg(fd, &message, 0) == static_cast<ssize_t>(datagram.size());
}

} // namespace

Result<bool> send_as(const Endpoint& from, const Endpoint& to, std::string_view datagram) {
    const auto socket = open_beside(from);
    if (!socket)
        return fail(socket.error());
    if (!send(socket->get(), from, to, datagram))
        return fail(failed(from, "cannot send"));
    char taken = 0;
    return ::recv(socket->get(), &taken, sizeof taken, MSG_DONTWAIT) >= 0;
}

} // namespace gmguard::app
