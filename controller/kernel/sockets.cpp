// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/sockets.hpp"

#include "kernel/netns.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

namespace gmguard::kernel {
namespace {

using Netlink = std::unique_ptr<mnl_socket, int (*)(mnl_socket*)>;
using Buffer = std::array<char, 32768>; // as much as the kernel gives at once

int note_cgroup(const nlattr* attribute, void* out) {
    if (mnl_attr_get_type(attribute) == INET_DIAG_CGROUP_ID &&
        mnl_attr_validate(attribute, MNL_TYPE_U64) == 0)
        *static_cast<std::uint64_t*>(out) = mnl_attr_get_u64(attribute);
    return MNL_CB_OK;
}

Endpoint endpoint_of(std::uint8_t family, const __be32* address, __be16 port) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(address);
    return {Address::from_bytes(std::span(bytes, family == AF_INET ? 4 : 16)), ntohs(port)};
}

Endpoint local_of(const inet_diag_msg& message) {
    return endpoint_of(message.idiag_family, message.id.idiag_src, message.id.idiag_sport);
}

int note_socket(const nlmsghdr* header, void* out) {
    const auto* message = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
    Socket found;
    found.local = local_of(*message);
    found.inode = message->idiag_inode;
    (void)mnl_attr_parse(header, sizeof *message, note_cgroup, &found.cgroup);
    static_cast<std::vector<Socket>*>(out)->push_back(found);
    return MNL_CB_OK;
}

int note_value(const nlattr* part, void* out) {
    if (mnl_attr_get_type(part) == SK_DIAG_BPF_STORAGE_MAP_VALUE &&
        mnl_attr_get_payload_len(part) == sizeof(gm_flow))
        std::memcpy(out, mnl_attr_get_payload(part), sizeof(gm_flow));
    return MNL_CB_OK;
}

int note_storage(const nlattr* storage, void* out) {
    return mnl_attr_parse_nested(storage, note_value, out);
}

// The value of gm_flows, the one map that was asked for.
int note_flow(const nlattr* attribute, void* out) {
    return mnl_attr_get_type(attribute) == INET_DIAG_SK_BPF_STORAGES
               ? mnl_attr_parse_nested(attribute, note_storage, out)
               : MNL_CB_OK;
}

int note_unfinished(const nlmsghdr* header, void* out) {
    const auto* message = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
    gm_flow flow{};
    (void)mnl_attr_parse(header, sizeof *message, note_flow, &flow);
    if (flow.have != 0)
        static_cast<std::vector<Unfinished>*>(out)->push_back(
            {local_of(*message),
             endpoint_of(message->idiag_family, message->id.idiag_dst, message->id.idiag_dport),
             flow.began_ns});
    return MNL_CB_OK;
}

Error cannot(const std::string& netns) {
    auto error =
        system_error(errno, netns.empty() ? "sockets" : "sockets of " + netns, "cannot be listed");
    if (errno == ENOENT) { // no handler of the family: it is not built
        error.kind = ErrorKind::unsupported;
        error.hint = "the kernel modules udp_diag and tcp_diag list them";
    }
    return error;
}

// All of one family and protocol in these states; with their values in a map of kind SK_STORAGE.
struct Wanted {
    std::uint8_t family;
    gm_protocol protocol;
    std::uint32_t states;
    int map = -1;
};
constexpr std::uint32_t kEstablished = 1U << 1U; // TCP_ESTABLISHED
constexpr std::uint8_t kListen = 10;             // TCP_LISTEN
constexpr std::uint32_t kListening = 1U << kListen;
constexpr Wanted kWanted[] = {{AF_INET, GM_UDP, ~0U},
                              {AF_INET6, GM_UDP, ~0U},
                              {AF_INET, GM_TCP, kListening},
                              {AF_INET6, GM_TCP, kListening}};

bool ask(mnl_socket* socket, const Wanted& wanted, Buffer& buffer) {
    nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    auto* request = static_cast<inet_diag_req_v2*>(
        mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
    request->sdiag_family = wanted.family;
    request->sdiag_protocol = static_cast<std::uint8_t>(wanted.protocol);
    request->idiag_states = wanted.states;
    if (wanted.map >= 0) {
        nlattr* maps = mnl_attr_nest_start(header, INET_DIAG_REQ_SK_BPF_STORAGES);
        mnl_attr_put_u32(header, SK_DIAG_BPF_STORAGE_REQ_MAP_FD,
                         static_cast<std::uint32_t>(wanted.map));
        mnl_attr_nest_end(header, maps);
    }
    return mnl_socket_sendto(socket, header, header->nlmsg_len) >= 0;
}

bool read_answer(mnl_socket* socket, Buffer& buffer, mnl_cb_t each, void* out) {
    const unsigned port = mnl_socket_get_portid(socket);
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
        const auto got = mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
        if (got < 0)
            return false;
        more = mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), 0, port, each, out);
    }
    return more == MNL_CB_STOP;
}

// Of the calling thread's network namespace; null with errno set.
Netlink open_diag() {
    Netlink socket(mnl_socket_open(NETLINK_SOCK_DIAG), &mnl_socket_close);
    if (socket && mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        socket.reset();
    return socket;
}

// It stays in the namespace where it was opened.
Result<Netlink> diag_of(const std::string& netns) {
    const auto in = InNetns::enter(netns);
    if (!in)
        return fail(in.error());
    auto socket = open_diag();
    if (!socket)
        return fail(cannot(netns));
    return socket;
}

void put_address(__be32* out, Address address) {
    const auto part = [address](unsigned shift) {
        return htonl(static_cast<std::uint32_t>(address.value() >> shift));
    };
    if (address.is_v4())
        out[0] = part(0);
    else
        for (unsigned i = 0; i < 4; ++i)
            out[i] = part(96 - 32 * i);
}

// One connection, as the kernel knows it. Asked for one that is gone it answers with the socket
// that listens there, which must live on.
struct Connection {
    std::uint8_t state = 0;
    std::array<__u32, 2> cookie{INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE};
};

int note_connection(const nlmsghdr* header, void* out) {
    const auto* message = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
    auto* found = static_cast<Connection*>(out);
    found->state = message->idiag_state;
    std::ranges::copy(message->id.idiag_cookie, found->cookie.begin());
    return MNL_CB_OK;
}

bool ask_of(mnl_socket* socket, std::uint16_t type, const Endpoint& local, const Endpoint& remote,
            const Connection& connection, Buffer& buffer) {
    nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = type;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    auto* request = static_cast<inet_diag_req_v2*>(
        mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
    request->sdiag_family = local.address.is_v4() ? AF_INET : AF_INET6;
    request->sdiag_protocol = IPPROTO_TCP;
    request->idiag_states = ~0U;
    put_address(request->id.idiag_src, local.address);
    put_address(request->id.idiag_dst, remote.address);
    request->id.idiag_sport = htons(local.port);
    request->id.idiag_dport = htons(remote.port);
    std::ranges::copy(connection.cookie, request->id.idiag_cookie);
    return mnl_socket_sendto(socket, header, header->nlmsg_len) >= 0;
}

// False with errno set.
bool end(mnl_socket* socket, const Endpoint& local, const Endpoint& remote) {
    Buffer buffer{};
    Connection found;
    if (!ask_of(socket, SOCK_DIAG_BY_FAMILY, local, remote, found, buffer) ||
        !read_answer(socket, buffer, note_connection, &found))
        return false;
    if (found.state == kListen) {
        errno = ENOENT;
        return false;
    }
    return ask_of(socket, SOCK_DESTROY, local, remote, found, buffer) &&
           read_answer(socket, buffer, nullptr, nullptr);
}

} // namespace

Result<std::vector<Socket>> sockets(const std::string& netns) {
    const auto socket = diag_of(netns);
    if (!socket)
        return fail(socket.error());
    Buffer buffer{};
    std::vector<Socket> sockets;
    for (const auto& wanted : kWanted) {
        const auto before = sockets.size();
        if (!ask(socket->get(), wanted, buffer) ||
            !read_answer(socket->get(), buffer, note_socket, &sockets))
            return fail(cannot(netns));
        for (auto i = before; i < sockets.size(); ++i)
            sockets[i].protocol = wanted.protocol;
    }
    return sockets;
}

Result<std::vector<Unfinished>> unfinished(const std::string& netns, int flows) {
    const auto socket = diag_of(netns);
    if (!socket)
        return fail(socket.error());
    Buffer buffer{};
    std::vector<Unfinished> out;
    for (const std::uint8_t family : {AF_INET, AF_INET6})
        if (!ask(socket->get(), {family, GM_TCP, kEstablished, flows}, buffer) ||
            !read_answer(socket->get(), buffer, note_unfinished, &out))
            return fail(cannot(netns));
    return out;
}

Result<> destroy(const std::string& netns, const Endpoint& local, const Endpoint& remote) {
    const auto in = InNetns::enter(netns);
    if (!in)
        return fail(in.error());
    const auto socket = open_diag();
    if (socket && end(socket.get(), local, remote))
        return {};
    auto error = system_error(errno, "connection " + local.text() + " - " + remote.text(),
                              "cannot be ended");
    if (errno == ENOENT || errno == ESTALE)
        error.kind = ErrorKind::not_found;
    if (errno == EOPNOTSUPP) {
        error.kind = ErrorKind::unsupported;
        error.hint = "a kernel with CONFIG_INET_DIAG_DESTROY=y ends it; until then it carries "
                     "nothing more";
    }
    return fail(std::move(error));
}

} // namespace gmguard::kernel
