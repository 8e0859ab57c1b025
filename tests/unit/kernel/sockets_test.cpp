// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cgroup.hpp"
#include "kernel/netns.hpp"
#include "kernel/objects.hpp"
#include "kernel/sockets.hpp"
#include "sandbox.hpp"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <netinet/in.h>

#include <algorithm>
#include <fstream>

namespace gmguard::kernel {
namespace {

// A socket bound to the loopback of that namespace.
Fd bound_in(const std::string& netns, int family, std::uint16_t port, int type = SOCK_DGRAM) {
    const auto in = InNetns::enter(netns);
    Fd fd(::socket(family, type | SOCK_CLOEXEC, 0));
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = IN6ADDR_LOOPBACK_INIT;
    const auto* address = family == AF_INET ? reinterpret_cast<const sockaddr*>(&v4)
                                            : reinterpret_cast<const sockaddr*>(&v6);
    EXPECT_EQ(::bind(fd.get(), address, family == AF_INET ? sizeof v4 : sizeof v6), 0);
    return fd;
}

// The cgroup that this process is in, by /proc.
std::string own_cgroup() {
    std::ifstream lines("/proc/self/cgroup");
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("0::"))
            return *cgroup2_mount() + (line == "0::/" ? "" : line.substr(3));
    return {};
}

// A TCP connection over the loopback of a namespace, and the socket that it came to.
struct Connected {
    explicit Connected(const std::string& netns)
        : listens(bound_in(netns, AF_INET, 5060, SOCK_STREAM)) {
        EXPECT_EQ(::listen(listens.get(), 1), 0);
        phone = bound_in(netns, AF_INET, 32800, SOCK_STREAM);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(5060);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(phone.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        accepted = Fd(::accept4(listens.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }
    [[nodiscard]] bool is_there() const {
        return ::send(phone.get(), "x", 1, MSG_NOSIGNAL) == 1 &&
               ::send(accepted.get(), "x", 1, MSG_NOSIGNAL) == 1;
    }

    Fd listens, phone, accepted;
    const Endpoint local = *Endpoint::parse("127.0.0.1:5060");
    const Endpoint remote = *Endpoint::parse("127.0.0.1:32800");
};

TEST(Sockets, AreThoseOfTheNamespace_WithTheirCgroup) {
    const Netns netns;
    ASSERT_TRUE(netns.made() && netns.ip("link set lo up"));
    const Fd v4 = bound_in(netns.name, AF_INET, 5060), v6 = bound_in(netns.name, AF_INET6, 6100);
    const auto found = sockets(netns.name);
    ASSERT_TRUE(found) << found.error().text();
    std::vector<std::string> locals;
    for (const auto& socket : *found) {
        locals.push_back(socket.local.text());
        EXPECT_EQ(cgroup_path(socket.cgroup), own_cgroup());
        EXPECT_EQ(socket.protocol, GM_UDP);
    }
    std::ranges::sort(locals);
    EXPECT_EQ(locals, (std::vector<std::string>{"127.0.0.1:5060", "[::1]:6100"}));
}

TEST(Sockets, OfTcpAreThoseThatListen) {
    const Netns netns;
    ASSERT_TRUE(netns.made() && netns.ip("link set lo up"));
    const Connected connected(netns.name);
    const auto found = sockets(netns.name);
    ASSERT_TRUE(found) << found.error().text();
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().local.text(), "127.0.0.1:5060");
    EXPECT_EQ(found->front().protocol, GM_TCP);
}

TEST(Sockets, AreNone_WhereTheNamespaceIsNone) {
    EXPECT_EQ(sockets("gmgtest-none").error().kind, ErrorKind::not_found);
}

TEST(Connections, End_AndTheSocketThatListensLivesOn) {
    const Netns netns;
    ASSERT_TRUE(netns.made() && netns.ip("link set lo up"));
    const Connected connected(netns.name);
    ASSERT_TRUE(connected.is_there());
    const auto ended = destroy(netns.name, connected.local, connected.remote);
    ASSERT_TRUE(ended) << ended.error().text();
    EXPECT_FALSE(connected.is_there());
    // The kernel now finds the listening socket by these numbers.
    EXPECT_EQ(destroy(netns.name, connected.local, connected.remote).error().kind,
              ErrorKind::not_found);
    const auto found = sockets(netns.name);
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->size(), 1u) << "it listens";
}

TEST(Connections, AreUnfinished_WhereGmStreamHasAPartOfAHeader) {
    const Netns netns;
    ASSERT_TRUE(netns.made() && netns.ip("link set lo up"));
    const auto objects = Objects::open_private(Sizes::of(64));
    ASSERT_TRUE(objects) << objects.error().text();
    const int flows = objects->map_fd("gm_flows");
    const Connected connected(netns.name);
    const int socket = connected.accepted.get();
    gm_flow flow{};
    flow.began_ns = 5;
    for (const std::uint32_t have : {0U, 17U}) {
        flow.have = have;
        ASSERT_EQ(bpf_map_update_elem(flows, &socket, &flow, BPF_ANY), 0);
        const auto found = unfinished(netns.name, flows);
        ASSERT_TRUE(found) << found.error().text();
        ASSERT_EQ(found->size(), have == 0 ? 0U : 1U);
        if (have != 0) {
            EXPECT_EQ(found->front().local, connected.local);
            EXPECT_EQ(found->front().remote, connected.remote);
            EXPECT_EQ(found->front().since_ns, 5U);
        }
    }
}

} // namespace
} // namespace gmguard::kernel
