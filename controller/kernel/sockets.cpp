// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/sockets.hpp"

#include "kernel/netns.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>

namespace gmguard::kernel {
namespace {

using Socket = std::unique_ptr<mnl_socket, int (*)(mnl_socket*)>;
using Buffer = std::array<char, 32768>; // as much as the kernel gives at once

int note_cgroup(const nlattr* attribute, void* out) {
    if (mnl_attr_get_type(attribute) == INET_DIAG_CGROUP_ID &&
        mnl_attr_validate(attribute, MNL_TYPE_U64) == 0)
        *static_cast<std::uint64_t*>(out) = mnl_attr_get_u64(attribute);
    return MNL_CB_OK;
}

int note_socket(const nlmsghdr* header, void* out) {
    const auto* message = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
    const auto* address = reinterpret_cast<const std::uint8_t*>(message->id.idiag_src);
    UdpSocket found;
    found.local.address =
        Address::from_bytes(std::span(address, message->idiag_family == AF_INET ? 4 : 16));
    found.local.port = ntohs(message->id.idiag_sport);
    found.inode = message->idiag_inode;
    (void)mnl_attr_parse(header, sizeof *message, note_cgroup, &found.cgroup);
    static_cast<std::vector<UdpSocket>*>(out)->push_back(found);
    return MNL_CB_OK;
}

Error cannot(const std::string& netns) {
    auto error =
        system_error(errno, netns.empty() ? "sockets" : "sockets of " + netns, "cannot be listed");
    if (errno == ENOENT) { // no handler of the family: udp_diag is not built
        error.kind = ErrorKind::unsupported;
        error.hint = "the kernel module udp_diag lists them";
    }
    return error;
}

bool ask(mnl_socket* socket, std::uint8_t family, Buffer& buffer) {
    nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    auto* request = static_cast<inet_diag_req_v2*>(
        mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
    request->sdiag_family = family;
    request->sdiag_protocol = IPPROTO_UDP;
    request->idiag_states = ~0U;
    return mnl_socket_sendto(socket, header, header->nlmsg_len) >= 0;
}

bool read_answer(mnl_socket* socket, Buffer& buffer, std::vector<UdpSocket>& out) {
    const unsigned port = mnl_socket_get_portid(socket);
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
        const auto got = mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
        if (got < 0)
            return false;
        more = mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), 0, port, note_socket, &out);
    }
    return more == MNL_CB_STOP;
}

} // namespace

Result<std::vector<UdpSocket>> udp_sockets(const std::string& netns) {
    const auto in = InNetns::enter(netns);
    if (!in)
        return fail(in.error());
    const Socket socket(mnl_socket_open(NETLINK_SOCK_DIAG), &mnl_socket_close);
    if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return fail(cannot(netns));
    Buffer buffer{};
    std::vector<UdpSocket> sockets;
    for (const std::uint8_t family : {AF_INET, AF_INET6})
        if (!ask(socket.get(), family, buffer) || !read_answer(socket.get(), buffer, sockets))
            return fail(cannot(netns));
    return sockets;
}

} // namespace gmguard::kernel
