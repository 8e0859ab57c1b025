// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/doctor.hpp"

#include "kernel/fd.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

namespace gmguard::doctor {
namespace {

// A TCP socket of this process that listens on loopback, and the configuration that has it guarded.
class Listening {
  public:
    Listening() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* address = reinterpret_cast<sockaddr*>(&at);
        EXPECT_EQ(::bind(socket_.get(), address, size), 0);
        EXPECT_EQ(::listen(socket_.get(), 1), 0);
        EXPECT_EQ(::getsockname(socket_.get(), address, &size), 0);
        config.cgroup.wanted = false;
        config.interfaces = {{"lo", "", GM_SIDE_GM, config::XdpMode::native}};
        config.listeners.resize(1);
        config.listeners[0].address = *Address::parse("127.0.0.1");
        config.listeners[0].unprotected_ports = {ntohs(at.sin_port)};
        here = {config.listeners[0].address, ntohs(at.sin_port)};
    }

    void defer(int seconds) const {
        EXPECT_EQ(
            ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds),
            0);
    }

    [[nodiscard]] Findings of_deferring() const {
        auto all = examine_sockets(config);
        std::erase_if(all, [](const Finding& each) {
            return each.what.find("TCP_DEFER_ACCEPT") == std::string::npos;
        });
        return all;
    }

    config::Config config;
    Endpoint here;

  private:
    kernel::Fd socket_;
};

TEST(ExamineSockets, NameThoseThatDeferConnections) {
    const Listening pcscf;
    EXPECT_TRUE(pcscf.of_deferring().empty());
    pcscf.defer(5);
    const auto findings = pcscf.of_deferring();
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].grade, Grade::warn);
    EXPECT_TRUE(findings[0].what.starts_with(pcscf.here.text() + " with ")) << findings[0].what;
}

TEST(ExamineSockets, LeaveThoseAlone_ThatNoListenerHas) {
    Listening pcscf;
    pcscf.defer(5);
    ++pcscf.config.listeners[0].unprotected_ports[0];
    EXPECT_TRUE(pcscf.of_deferring().empty());
}

} // namespace
} // namespace gmguard::doctor
