// SPDX-License-Identifier: BSD-2-Clause
// A datagram from another program's port, and that this program loses nothing by it.
#include "app/speak_as.hpp"

#include "kernel/fd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace gmguard::app {
namespace {

sockaddr_storage address_of(const Endpoint& endpoint, socklen_t& size) {
    sockaddr_storage out{};
    if (endpoint.address.is_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(out);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port);
        v4.sin_addr.s_addr = htonl(static_cast<std::uint32_t>(endpoint.address.value()));
        size = sizeof v4;
        return out;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::ranges::copy(endpoint.address.bytes(), v6.sin6_addr.s6_addr);
    size = sizeof v6;
    return out;
}

// A socket of the P-CSCF, or of a phone.
kernel::Fd socket_at(const Endpoint& at, bool shares = true) {
    socklen_t size = 0;
    const auto address = address_of(at, size);
    kernel::Fd fd(::socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int one = 1;
    const timeval patience{2, 0};
    if (shares) {
        EXPECT_EQ(::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), 0);
    }
    EXPECT_EQ(::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    return fd;
}

void say(const kernel::Fd& fd, const Endpoint& to, const std::string& text) {
    socklen_t size = 0;
    const auto address = address_of(to, size);
    EXPECT_EQ(::sendto(fd.get(), text.data(), text.size(), 0,
                       reinterpret_cast<const sockaddr*>(&address), size),
              static_cast<ssize_t>(text.size()));
}

std::string heard(const kernel::Fd& fd) {
    std::array<char, 64> buffer{};
    const auto size = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
}

Endpoint end_of(const char* text) {
    return *Endpoint::parse(text);
}

struct Ends {
    Endpoint pcscf, bound, phone; // bound: what the P-CSCF's socket is bound to
};

// Each test has ports of its own, as they may run at once.
std::vector<Ends> ends_at(std::uint16_t port) {
    const auto at = [](const char* address, std::uint16_t number) {
        return Endpoint{*Address::parse(address), number};
    };
    const auto make = [&](const char* pcscf, const char* bound, const char* phone) {
        return Ends{at(pcscf, port), at(bound, port),
                    at(phone, static_cast<std::uint16_t>(port - 1000))};
    };
    return {make("127.0.0.1", "127.0.0.1", "127.0.0.7"), make("127.0.0.1", "0.0.0.0", "127.0.0.7"),
            make("::1", "::1", "::1"), make("::1", "::", "::1")};
}

} // namespace

TEST(SpeakAs, ThePhoneHearsThePcscf_AndAnswersIt) {
    for (const auto& [pcscf_at, bound, phone_at] : ends_at(26100)) {
        SCOPED_TRACE(bound.text());
        const auto pcscf = socket_at(bound), phone = socket_at(phone_at);
        const auto sent = send_as(pcscf_at, phone_at, "OPTIONS");
        ASSERT_TRUE(sent) << sent.error().text();
        EXPECT_FALSE(*sent);
        EXPECT_EQ(heard(phone), "OPTIONS");
        say(phone, pcscf_at, "200 OK");
        EXPECT_EQ(heard(pcscf), "200 OK");
    }
}

// Thousands of its messages, while it is spoken for all the time.
TEST(SpeakAs, ThePcscfLosesNothing) {
    for (const auto& [pcscf_at, bound, phone_at] : ends_at(26101)) {
        SCOPED_TRACE(bound.text());
        const auto pcscf = socket_at(bound), phone = socket_at(phone_at);
        const Endpoint nobody{phone_at.address, 9};
        std::atomic<bool> speaking{true};
        std::atomic<int> spoken{0}, taken{0};
        std::thread prober([&, pcscf_at = pcscf_at, nobody] {
            while (speaking) {
                const auto sent = send_as(pcscf_at, nobody, "OPTIONS");
                spoken += sent.has_value();
                taken += sent && *sent;
            }
        });
        int lost = 0;
        for (int i = 0; i < 5000 || (i < 50'000 && spoken < 1000); ++i) {
            say(phone, pcscf_at, std::to_string(i));
            lost += heard(pcscf) != std::to_string(i);
        }
        speaking = false;
        prober.join();
        EXPECT_GE(spoken, 1000);
        EXPECT_EQ(lost, 0) << "of a socket that was spoken for " << spoken << " times";
        EXPECT_EQ(taken, 0);
    }
}

TEST(SpeakAs, SaysWhatIsMissing_WhereThePortIsNotShared) {
    const auto pcscf = socket_at(end_of("127.0.0.1:26102"), false);
    const auto sent = send_as(end_of("127.0.0.1:26102"), end_of("127.0.0.7:25102"), "OPTIONS");
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, ErrorKind::conflict);
    EXPECT_NE(sent.error().text().find("SO_REUSEADDR"), std::string::npos);
}

TEST(SpeakAs, RefusesAnAddressThatIsNotHere) {
    EXPECT_FALSE(send_as(end_of("192.0.2.1:26103"), end_of("127.0.0.7:25103"), "OPTIONS"));
    EXPECT_FALSE(send_as(end_of("[2001:db8::1]:26103"), end_of("[::1]:25103"), "OPTIONS"));
}

} // namespace gmguard::app
