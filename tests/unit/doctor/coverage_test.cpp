// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/coverage.hpp"

#include <gmock/gmock.h>

namespace gmguard::doctor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kIn = 1, kBelow = 2, kBeside = 3, kAbove = 4, kGone = 5;

std::string path_of(std::uint64_t cgroup) {
    switch (cgroup) {
    case kIn:
        return "/cg/pcscf";
    case kBelow:
        return "/cg/pcscf/kamailio";
    case kBeside:
        return "/cg/pcscf-old";
    case kAbove:
        return "/cg";
    default:
        return "";
    }
}

config::Config guarded() {
    config::Config config;
    config.listeners.resize(2);
    config.listeners[0].address = *Address::parse("192.0.2.1");
    config.listeners[0].unprotected_ports = {5060};
    config.listeners[0].protected_ports = {6100};
    config.listeners[1].address = *Address::parse("2001:db8::1");
    config.listeners[1].unprotected_ports = {5060};
    return config;
}

std::vector<std::string> uncovered_of(const char* local, std::uint64_t cgroup) {
    const std::vector<kernel::Socket> sockets{{*Endpoint::parse(local), cgroup}};
    return uncovered(guarded(), sockets, "/cg/pcscf", path_of);
}

TEST(Uncovered, IsNone_InTheCgroupAndBelow) {
    EXPECT_THAT(uncovered_of("192.0.2.1:5060", kIn), IsEmpty());
    EXPECT_THAT(uncovered_of("192.0.2.1:6100", kBelow), IsEmpty());
    EXPECT_THAT(uncovered_of("[2001:db8::1]:5060", kBelow), IsEmpty());
}

TEST(Uncovered, IsWhatWasMadeElsewhere) {
    EXPECT_THAT(uncovered_of("192.0.2.1:5060", kBeside),
                ElementsAre("192.0.2.1:5060 (cgroup /cg/pcscf-old)"));
    EXPECT_THAT(uncovered_of("[2001:db8::1]:5060", kAbove),
                ElementsAre("[2001:db8::1]:5060 (cgroup /cg)"));
    EXPECT_THAT(uncovered_of("192.0.2.1:6100", kGone), ElementsAre("192.0.2.1:6100 (cgroup gone)"));
}

TEST(Uncovered, IsAWildcardSocketToo) {
    EXPECT_FALSE(uncovered_of("0.0.0.0:5060", kBeside).empty());
    EXPECT_FALSE(uncovered_of("[::]:6100", kBeside).empty());
}

TEST(Uncovered, IsNoSocketOfOthers) {
    EXPECT_THAT(uncovered_of("192.0.2.1:5061", kBeside), IsEmpty());
    EXPECT_THAT(uncovered_of("192.0.2.2:5060", kBeside), IsEmpty());
    EXPECT_THAT(uncovered_of("[2001:db8::1]:6100", kBeside), IsEmpty());
    EXPECT_THAT(uncovered_of("0.0.0.0:53", kBeside), IsEmpty());
}

TEST(Uncovered, IsEverySocketOfThePort_WhereTheListenerTakesEveryAddress) {
    auto config = guarded();
    config.listeners[0].address = {};
    const std::vector<kernel::Socket> sockets{{*Endpoint::parse("203.0.113.9:6100"), kBeside}};
    EXPECT_EQ(uncovered(config, sockets, "/cg/pcscf", path_of).size(), 1u);
}

} // namespace
} // namespace gmguard::doctor
