// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/source.hpp"

#include "kernel/netns.hpp"

#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace gmguard::xfrm {
namespace {

constexpr std::size_t kDatagram = 65536; // the kernel gives at most half of it at once
constexpr int kRoom = 8 * 1024 * 1024;   // for notices while the daemon does something else

using Socket = std::unique_ptr<mnl_socket, int (*)(mnl_socket*)>;

std::string subject_of(const std::string& netns) {
    return netns.empty() ? "XFRM" : "XFRM of network namespace " + netns;
}

// Keys come in what is received: nothing of it stays behind.
class Netlink final : public Source {
  public:
    Netlink(Socket socket, std::string subject)
        : socket_(std::move(socket)), subject_(std::move(subject)), buffer_(kDatagram) {}
    ~Netlink() override { wipe(); }
    Netlink(const Netlink&) = delete;
    Netlink& operator=(const Netlink&) = delete;

    Result<> ask(Dump what) override {
        std::array<char, NLMSG_HDRLEN> request{};
        nlmsghdr* header = mnl_nlmsg_put_header(request.data());
        header->nlmsg_type = what == Dump::sas ? XFRM_MSG_GETSA : XFRM_MSG_GETPOLICY;
        header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        if (mnl_socket_sendto(socket_.get(), header, header->nlmsg_len) < 0)
            return fail(system_error(errno, subject_, "cannot ask"));
        return {};
    }

    Result<Datagram> receive() override {
        wipe();
        sockaddr_nl from{};
        iovec into{buffer_.data(), buffer_.size()};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &into;
        message.msg_iovlen = 1;
        const auto got = ::recvmsg(fd(), &message, MSG_DONTWAIT);
        if (got < 0)
            return without_data(errno);
        used_ = static_cast<std::size_t>(got);
        if ((message.msg_flags & MSG_TRUNC) != 0)
            return Datagram{Datagram::Kind::lost, {}};
        if (from.nl_pid != 0) // another process: it can only pretend
            return Datagram{Datagram::Kind::answer, {}};
        // Who caused a notice is in its header, in numbers that he chose; what it was sent to is
        // the kernel's word.
        return Datagram{from.nl_groups != 0 ? Datagram::Kind::notice : Datagram::Kind::answer,
                        std::span(buffer_).first(used_)};
    }

    int fd() const override { return mnl_socket_get_fd(socket_.get()); }

  private:
    Result<Datagram> without_data(int error) const {
        if (error == EAGAIN || error == EINTR)
            return Datagram{};
        if (error == ENOBUFS)
            return Datagram{Datagram::Kind::lost, {}};
        return fail(system_error(error, subject_, "cannot be followed"));
    }

    void wipe() {
        ::explicit_bzero(buffer_.data(), used_);
        used_ = 0;
    }

    Socket socket_;
    std::string subject_;
    std::vector<std::byte> buffer_;
    std::size_t used_ = 0;
};

Error cannot_open(const std::string& netns) {
    auto error = system_error(errno, subject_of(netns), "cannot be followed");
    if (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT) {
        error.kind = ErrorKind::unsupported;
        error.what = "this kernel has no XFRM, or does not tell of it";
        error.hint = "CONFIG_XFRM_USER, or the kernel module xfrm_user";
    }
    return error;
}

bool join(mnl_socket* socket) {
    for (int group : {XFRMNLGRP_SA, XFRMNLGRP_EXPIRE, XFRMNLGRP_POLICY})
        if (mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
            return false;
    return true;
}

} // namespace

Result<std::unique_ptr<Source>> open_netlink(const std::string& netns) {
    const auto in = kernel::InNetns::enter(netns);
    if (!in)
        return fail(in.error());
    Socket socket(mnl_socket_open2(NETLINK_XFRM, SOCK_NONBLOCK | SOCK_CLOEXEC), &mnl_socket_close);
    if (!socket)
        return fail(cannot_open(netns));
    const int fd = mnl_socket_get_fd(socket.get());
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kRoom, sizeof kRoom) != 0)
        (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kRoom, sizeof kRoom);
    if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0 || !join(socket.get()))
        return fail(cannot_open(netns));
    return std::make_unique<Netlink>(std::move(socket), subject_of(netns));
}

} // namespace gmguard::xfrm
