// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/doctor.hpp"
#include "doctor/drivers.hpp"

#include <gtest/gtest.h>

namespace gmguard::doctor {
namespace {

TEST(Worst, IsTheWorstOfAll) {
    EXPECT_EQ(worst({}), Grade::ok);
    const Finding findings[] = {
        {Grade::ok, "a", "", ""}, {Grade::fail, "b", "", ""}, {Grade::warn, "c", "", ""}};
    EXPECT_EQ(worst(findings), Grade::fail);
    EXPECT_EQ(worst(std::span(findings).first(1)), Grade::ok);
    EXPECT_EQ(name(worst(std::span(findings).last(1))), "warn");
}

TEST(Drivers, WithNativeXdpAreKnown) {
    for (const auto* driver : {"veth", "virtio_net", "mlx5_core", "ixgbe", "ice", "ena", "tun"})
        EXPECT_TRUE(has_native_xdp(driver)) << driver;
    for (const auto* driver : {"", "e1000", "bridge", "vet", "vethx"})
        EXPECT_FALSE(has_native_xdp(driver)) << driver;
}

TEST(ExamineLeases, WarnsWhereAnAddressIsHeldForGood) {
    config::Config strict, fed, field;
    for (auto* config : {&strict, &fed, &field})
        config->listeners.resize(1);
    fed.admin.lease_feed = true;
    field.listeners[0].profile = GM_PROFILE_TS33203;
    auto mixed = field;
    mixed.pools.push_back({"p", *Prefix::parse("192.0.2.0/24"), 128, true, GM_CONFLICT_STRICT});
    EXPECT_EQ(worst(examine_leases(strict, true)), Grade::warn);
    EXPECT_EQ(worst(examine_leases(mixed, true)), Grade::warn);
    EXPECT_EQ(worst(examine_leases(fed, true)), Grade::ok);
    EXPECT_EQ(worst(examine_leases(field, true)), Grade::ok);
    EXPECT_EQ(worst(examine_leases(field, false)), Grade::warn);
}

TEST(ExamineInterfaces, SaysThatNothingIsJudged_WhereNoneIsOfGm) {
    config::Config config;
    const auto findings = examine_interfaces(config);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].grade, Grade::warn);
}

TEST(ExamineInterfaces, SaysWhichIsNotThere) {
    config::Config config;
    config.interfaces = {{"gm-is-gone", "", GM_SIDE_GM, config::XdpMode::native}};
    const auto findings = examine_interfaces(config);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].grade, Grade::fail);
    EXPECT_EQ(findings[0].subject, "interface gm-is-gone");
    EXPECT_NE(findings[0].what.find("is not there"), std::string::npos) << findings[0].what;
    EXPECT_FALSE(findings[0].hint.empty());
}

TEST(ExamineInterfaces, LooksAtTheLinkAlone_OnTheSideOfTheCore) {
    config::Config config;
    config.interfaces = {{"lo", "", GM_SIDE_CORE, config::XdpMode::native}};
    const auto findings = examine_interfaces(config);
    ASSERT_EQ(findings.size(), 2U) << "the link, and that none is of Gm";
    EXPECT_NE(findings[0].what.find("MTU"), std::string::npos) << findings[0].what;
}

TEST(ExamineCgroup, SaysWhatIsLeftOut_WhereNoneIsWanted) {
    config::Config config;
    config.cgroup.wanted = false;
    EXPECT_EQ(worst(examine_cgroup(config)), Grade::warn);
}

TEST(ExamineCgroup, SaysWhereItIsNone) {
    config::Config config;
    config.cgroup.path = "/proc";
    const auto findings = examine_cgroup(config);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].grade, Grade::fail);
    EXPECT_NE(findings[0].what.find("no directory of cgroup2"), std::string::npos);
}

} // namespace
} // namespace gmguard::doctor
