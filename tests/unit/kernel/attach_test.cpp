// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cgroup.hpp"
#include "kernel/links.hpp"
#include "kernel/netns.hpp"
#include "kernel/pins.hpp"
#include "kernel/tc.hpp"
#include "sandbox.hpp"

#include <gmock/gmock.h>

namespace gmguard::kernel {
namespace {

using testing::HasSubstr;

class Attach : public Sandbox {
  protected:
    void SetUp() override {
        Sandbox::SetUp();
        ASSERT_TRUE(netns.made()) << "cannot make a network namespace";
    }

    config::Interface gm0(config::XdpMode mode = config::XdpMode::native) const {
        return {"gm0", netns.name, GM_SIDE_GM, mode};
    }
    std::uint32_t link_id() const {
        const auto links = names_in(pins + "/links");
        const auto live = live_link(link_pin(pins, links.empty() ? "none" : links.front()));
        return live && *live ? (*live)->id : 0;
    }
    bool has_clsact() const { return netns.tc("qdisc show dev gm0 | grep -q clsact"); }

    Netns netns;
};

TEST_F(Attach, HoldsBothHooks_WhenAttached) {
    const auto objects = open();
    const auto attached = attach(objects, gm0());
    ASSERT_TRUE(attached) << attached.error().text();
    EXPECT_EQ(attached->front, objects.info(Program::front)->id);
    EXPECT_EQ(attached->answers, objects.info(Program::answers)->id);
    EXPECT_TRUE(attached->clsact_made);
    EXPECT_EQ(attached->mode, config::XdpMode::native);
    const InNetns in = *InNetns::enter(netns.name);
    EXPECT_EQ(xdp_program(attached->ifindex), attached->front);
}

TEST_F(Attach, IsGeneric_WhenAskedFor) {
    const auto objects = open();
    const auto attached = attach(objects, gm0(config::XdpMode::generic));
    ASSERT_TRUE(attached) << attached.error().text();
    EXPECT_TRUE(netns.ip("-d link show gm0 | grep -q xdpgeneric"));
}

TEST_F(Attach, Outlives_WhenTheControllerIsGone) {
    {
        ASSERT_TRUE(attach(open(), gm0()));
    }
    const auto list = attached(pins);
    ASSERT_TRUE(list) << list.error().text();
    ASSERT_EQ(list->size(), 1u);
    EXPECT_EQ(list->front().name, "gm0");
    EXPECT_EQ(list->front().netns, netns.name);
    EXPECT_NE(list->front().front, 0u);
    EXPECT_NE(list->front().answers, 0u);
}

TEST_F(Attach, KeepsTheLink_WhenTheProgramIsReplaced) {
    {
        ASSERT_TRUE(attach(open(), gm0()));
    }
    const auto before = link_id();
    const auto objects = open();
    EXPECT_TRUE(refresh(objects).empty());
    EXPECT_EQ(link_id(), before);
    const auto list = attached(pins);
    ASSERT_TRUE(list && list->size() == 1);
    EXPECT_EQ(list->front().front, objects.info(Program::front)->id);
    EXPECT_EQ(list->front().answers, objects.info(Program::answers)->id);
    EXPECT_TRUE(list->front().clsact_made) << "remembered over a restart";
}

TEST_F(Attach, IsRefused_WhenAttachedInTheOtherMode) {
    const auto objects = open();
    ASSERT_TRUE(attach(objects, gm0()));
    const auto again = attach(objects, gm0(config::XdpMode::generic));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::conflict);
    EXPECT_THAT(again.error().text(), HasSubstr("is attached in native mode"));
}

TEST_F(Attach, SaysWhoHoldsTheSlot_WhenItIsTaken) {
    const auto other = Objects::open_private(Sizes::of(kBindings));
    ASSERT_TRUE(other);
    const InNetns in = *InNetns::enter(netns.name);
    const auto link =
        link_xdp(other->fd(Program::front), *ifindex_of("gm0"), config::XdpMode::native, "gm0");
    ASSERT_TRUE(link) << link.error().text();
    const auto refused = attach(open(), gm0());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_THAT(refused.error().text(), HasSubstr("taken by program"));
    EXPECT_THAT(refused.error().text(), HasSubstr("(gm_front)"));
    EXPECT_TRUE(attached(pins)->empty());
    EXPECT_FALSE(has_clsact()) << "undone";
}

TEST_F(Attach, IsRefused_WhenThereIsNoSuchInterface) {
    const auto refused = attach(open(), {"gm9", netns.name, GM_SIDE_GM, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
}

TEST_F(Attach, IsRefused_WhenThereIsNoSuchNamespace) {
    const auto refused = attach(open(), {"gm0", "gmgtest-none", GM_SIDE_GM, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
    EXPECT_THAT(refused.error().text(), HasSubstr("gmgtest-none"));
}

TEST_F(Attach, TakesTheInterface_WhenItsNameHasADot) {
    ASSERT_TRUE(netns.ip("link set ue0 down") && netns.ip("link set ue0 name gm0.100"));
    const auto attached = attach(open(), {"gm0.100", netns.name, GM_SIDE_GM, {}});
    ASSERT_TRUE(attached) << attached.error().text();
}

TEST_F(Attach, FollowsTheInterface_WhenItIsRenamed) {
    const auto objects = open();
    ASSERT_TRUE(attach(objects, gm0()));
    const auto before = link_id();
    ASSERT_TRUE(netns.ip("link set gm0 down") && netns.ip("link set gm0 name gm7"));
    EXPECT_TRUE(refresh(objects).empty());
    EXPECT_EQ(link_id(), before);
    ASSERT_EQ(attached(pins)->size(), 1u);
    EXPECT_EQ(attached(pins)->front().name, "gm7");
    EXPECT_TRUE(detach(pins, "gm7", netns.name));
}

TEST_F(Attach, SaysWhatToDo_WhenTheDriverHasNoNativeMode) {
    const auto refused = attach(open(), {"lo", netns.name, GM_SIDE_GM, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
    EXPECT_THAT(refused.error().hint, HasSubstr("generic"));
}

TEST_F(Attach, LeavesNothing_WhenDetached) {
    const auto objects = open();
    ASSERT_TRUE(attach(objects, gm0()));
    ASSERT_TRUE(has_clsact());
    const auto detached = detach(pins, "gm0", netns.name);
    ASSERT_TRUE(detached) << detached.error().text();
    EXPECT_FALSE(has_clsact());
    EXPECT_FALSE(netns.ip("-d link show gm0 | grep -q xdp"));
    EXPECT_TRUE(attached(pins)->empty());
    EXPECT_EQ(detach(pins, "gm0", netns.name).error().kind, ErrorKind::not_found);
}

TEST_F(Attach, LeavesClsact_WhenItWasThereBefore) {
    ASSERT_TRUE(netns.tc("qdisc add dev gm0 clsact"));
    const auto attached = attach(open(), gm0());
    ASSERT_TRUE(attached);
    EXPECT_FALSE(attached->clsact_made);
    ASSERT_TRUE(detach(pins, "gm0", netns.name));
    EXPECT_TRUE(has_clsact());
}

TEST_F(Attach, LeavesClsact_WhenSomebodyElseUsesIt) {
    ASSERT_TRUE(attach(open(), gm0()));
    ASSERT_TRUE(netns.tc("filter add dev gm0 ingress prio 9 u32 match u32 0 0"));
    ASSERT_TRUE(detach(pins, "gm0", netns.name));
    EXPECT_TRUE(has_clsact());
    EXPECT_TRUE(netns.tc("filter show dev gm0 ingress | grep -q u32"));
    EXPECT_FALSE(netns.tc("filter show dev gm0 egress | grep -q gm_answers"));
}

TEST_F(Attach, IsForgotten_WhenTheInterfaceIsGone) {
    {
        ASSERT_TRUE(attach(open(), gm0()));
    }
    ASSERT_TRUE(netns.ip("link del gm0"));
    EXPECT_EQ(attached(pins)->front().front, 0u);
    EXPECT_TRUE(refresh(open()).empty());
    EXPECT_TRUE(attached(pins)->empty());
    EXPECT_TRUE(names_in(pins + "/links").empty());
}

TEST_F(Attach, IsForgotten_WhenTheNamespaceIsGone) {
    {
        ASSERT_TRUE(attach(open(), gm0()));
    }
    netns.remove();
    EXPECT_TRUE(refresh(open()).empty());
    EXPECT_TRUE(attached(pins)->empty());
}

TEST_F(Attach, IsNewlyMade_WhenTheInterfaceWasMadeAnew) {
    const auto objects = open();
    ASSERT_TRUE(attach(objects, gm0()));
    ASSERT_TRUE(netns.ip("link del gm0"));
    ASSERT_TRUE(netns.ip("link add gm0 type veth peer name ue0"));
    const auto again = attach(objects, gm0());
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_NE(again->front, 0u);
    EXPECT_TRUE(again->clsact_made);
}

TEST_F(Attach, LeavesNothing_WhenAllIsRemoved) {
    {
        ASSERT_TRUE(attach(open(), gm0()));
    }
    ASSERT_TRUE(remove_all(pins));
    EXPECT_FALSE(has_clsact());
    EXPECT_FALSE(netns.ip("-d link show gm0 | grep -q xdp"));
}

TEST_F(Attach, LeavesNothing_WhenAllIsRemovedFromAnotherNamespace) {
    {
        const auto objects = open();
        const InNetns in = *InNetns::enter(netns.name);
        ASSERT_TRUE(attach(objects, {"gm0", "", GM_SIDE_GM, {}})) << "as a daemon in there does";
    }
    ASSERT_TRUE(has_clsact());
    ASSERT_TRUE(remove_all(pins));
    EXPECT_FALSE(has_clsact());
    EXPECT_FALSE(netns.ip("link show gm0 | grep -q xdp"));
}

TEST_F(Attach, GuardsACgroup_WhenAttached) {
    const CgroupDirectory cgroup;
    ASSERT_TRUE(cgroup.made());
    const auto objects = open();
    const auto done = attach_cgroup(objects, cgroup.path);
    ASSERT_TRUE(done) << done.error().text();
    const auto attached = attached_cgroup(pins);
    ASSERT_TRUE(attached);
    EXPECT_EQ(attached->path, cgroup.path);
    EXPECT_EQ(attached->inside, objects.info(Program::inside)->id);
    EXPECT_EQ(attached->onward, objects.info(Program::onward)->id);
    ASSERT_TRUE(remove_all(pins));
    EXPECT_FALSE(run("bpftool cgroup show " + cgroup.path + " | grep -q gm_"));
}

TEST_F(Attach, KeepsTheLink_WhenTheCgroupProgramIsReplaced) {
    const CgroupDirectory cgroup;
    {
        ASSERT_TRUE(attach_cgroup(open(), cgroup.path));
    }
    const auto before = (*live_link(link_pin(pins, "inside")))->id;
    const auto objects = open();
    EXPECT_TRUE(refresh(objects).empty());
    EXPECT_EQ((*live_link(link_pin(pins, "inside")))->id, before);
    EXPECT_EQ(attached_cgroup(pins)->inside, objects.info(Program::inside)->id);
}

TEST_F(Attach, MovesToAnotherCgroup_WhenAskedFor) {
    const CgroupDirectory first, second;
    const auto objects = open();
    ASSERT_TRUE(attach_cgroup(objects, first.path));
    ASSERT_TRUE(attach_cgroup(objects, second.path));
    EXPECT_EQ(attached_cgroup(pins)->path, second.path);
    EXPECT_FALSE(run("bpftool cgroup show " + first.path + " | grep -q gm_"));
    EXPECT_EQ(names_in(pins + "/links"), (std::vector<std::string>{"inside", "onward", "stream"}));
}

TEST_F(Attach, IsRefused_WhenTheCgroupIsNone) {
    const auto objects = open();
    EXPECT_EQ(attach_cgroup(objects, "/tmp").error().kind, ErrorKind::invalid);
    EXPECT_EQ(attach_cgroup(objects, "/tmp/gmgtest-none").error().kind, ErrorKind::not_found);
}

TEST_F(Attach, TakesTheRootOfCgroup2_WhenNoneIsNamed) {
    const auto cgroup = open_cgroup({});
    ASSERT_TRUE(cgroup) << cgroup.error().text();
    EXPECT_EQ(cgroup_path(cgroup->id), cgroup->path);
}

TEST_F(Attach, ComesBack_WhenANamespaceWasEntered) {
    const auto own = InNetns::enter({})->inode();
    {
        const auto in = InNetns::enter(netns.name);
        ASSERT_TRUE(in);
        EXPECT_NE(in->inode(), own);
        EXPECT_TRUE(ifindex_of("gm0"));
    }
    EXPECT_EQ(InNetns::enter({})->inode(), own);
    EXPECT_FALSE(ifindex_of("gm0"));
}

TEST_F(Attach, FindsTheHostsAddresses_WhenTheyAreInANamespace) {
    ASSERT_TRUE(netns.ip("addr add 192.0.2.1/24 dev gm0"));
    ASSERT_TRUE(netns.ip("addr add 2001:db8::1/64 dev gm0 nodad"));
    const auto addresses = addresses_in(netns.name);
    ASSERT_TRUE(addresses);
    EXPECT_THAT(*addresses, testing::Contains(*Address::parse("192.0.2.1")));
    EXPECT_THAT(*addresses, testing::Contains(*Address::parse("2001:db8::1")));
}

} // namespace
} // namespace gmguard::kernel
