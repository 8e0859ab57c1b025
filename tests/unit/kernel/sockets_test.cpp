// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cgroup.hpp"
#include "kernel/netns.hpp"
#include "kernel/sockets.hpp"
#include "sandbox.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <fstream>

namespace gmguard::kernel {
namespace {

// A socket bound to the loopback of that namespace.
Fd bound_in(const std::string& netns, int family, std::uint16_t port) {
    const auto in = InNetns::enter(netns);
    Fd fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
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

TEST(UdpSockets, AreThoseOfTheNamespace_WithTheirCgroup) {
    const Netns netns;
    ASSERT_TRUE(netns.made() && netns.ip("link set lo up"));
    const Fd v4 = bound_in(netns.name, AF_INET, 5060), v6 = bound_in(netns.name, AF_INET6, 6100);
    const auto sockets = udp_sockets(netns.name);
    ASSERT_TRUE(sockets) << sockets.error().text();
    std::vector<std::string> locals;
    for (const auto& socket : *sockets) {
        locals.push_back(socket.local.text());
        EXPECT_EQ(cgroup_path(socket.cgroup), own_cgroup());
    }
    std::ranges::sort(locals);
    EXPECT_EQ(locals, (std::vector<std::string>{"127.0.0.1:5060", "[::1]:6100"}));
}

TEST(UdpSockets, AreNone_WhereTheNamespaceIsNone) {
    EXPECT_EQ(udp_sockets("gmgtest-none").error().kind, ErrorKind::not_found);
}

} // namespace
} // namespace gmguard::kernel
