// SPDX-License-Identifier: BSD-2-Clause
#include "app/interfaces.hpp"
#include "unit/kernel/sandbox.hpp"

#include <gmock/gmock.h>

namespace gmguard::app {
namespace {

using kernel::Netns;

class InterfacesOf : public kernel::Sandbox {
  protected:
    void SetUp() override {
        Sandbox::SetUp();
        ASSERT_TRUE(netns.made()) << "cannot make a network namespace";
        objects.emplace(open());
        interfaces.emplace(*objects);
    }
    config::Interface interface(const std::string& name, gm_side side = GM_SIDE_GM,
                                config::XdpMode mode = config::XdpMode::native) const {
        return {name, netns.name, side, mode};
    }
    // The side that the programs take an interface for; 0: neither.
    int side_of(const std::string& name) const {
        const auto* side = interfaces->find(name);
        const auto entry = side ? *objects->maps().ifaces.lookup(side->key) : std::nullopt;
        return entry ? static_cast<int>(entry->side) : 0;
    }

    Netns netns;
    std::optional<kernel::Objects> objects;
    std::optional<Interfaces> interfaces;
};

TEST_F(InterfacesOf, HaveTheirSide_WhenPut) {
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    ASSERT_TRUE(interfaces->put(interface("ue0", GM_SIDE_CORE)));
    EXPECT_EQ(side_of("gm0"), GM_SIDE_GM);
    EXPECT_EQ(side_of("ue0"), GM_SIDE_CORE);
    EXPECT_EQ(kernel::attached(pins)->size(), 1u) << "the core side has no programs";
}

TEST_F(InterfacesOf, ChangeSide_WhenPutAgain) {
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    ASSERT_TRUE(interfaces->put(interface("gm0", GM_SIDE_CORE)));
    EXPECT_EQ(side_of("gm0"), GM_SIDE_CORE);
    EXPECT_TRUE(kernel::attached(pins)->empty());
    EXPECT_EQ(interfaces->all().size(), 1u);
}

TEST_F(InterfacesOf, ChangeMode_WhenPutAgain) {
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    ASSERT_TRUE(interfaces->put(interface("gm0", GM_SIDE_GM, config::XdpMode::generic)));
    EXPECT_EQ(kernel::attached(pins)->front().mode, config::XdpMode::generic);
}

TEST_F(InterfacesOf, StayAsTheyWere_WhenTheChangeCannotBeHad) {
    ASSERT_TRUE(interfaces->put(interface("lo", GM_SIDE_GM, config::XdpMode::generic)));
    EXPECT_EQ(interfaces->put(interface("lo")).error().kind, ErrorKind::unsupported);
    ASSERT_EQ(kernel::attached(pins)->size(), 1u);
    EXPECT_EQ(kernel::attached(pins)->front().mode, config::XdpMode::generic);
    EXPECT_NE(kernel::attached(pins)->front().front, 0u);
    EXPECT_EQ(side_of("lo"), GM_SIDE_GM);
}

TEST_F(InterfacesOf, AreRefused_WhenAnotherNamespaceHasTheirName) {
    const Netns other;
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    const auto refused = interfaces->put({"gm0", other.name, GM_SIDE_CORE, {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
}

TEST_F(InterfacesOf, AreTwo_WhenAnotherNamespaceHasTheirNumber) {
    const Netns other;
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    ASSERT_TRUE(other.ip("link set gm0 down"));
    ASSERT_TRUE(other.ip("link set gm0 name gm1"));
    ASSERT_TRUE(interfaces->put({"gm1", other.name, GM_SIDE_CORE, {}}));
    ASSERT_EQ(interfaces->find("gm0")->key.ifindex, interfaces->find("gm1")->key.ifindex);
    EXPECT_EQ(side_of("gm0"), GM_SIDE_GM);
    EXPECT_EQ(side_of("gm1"), GM_SIDE_CORE);
}

TEST_F(InterfacesOf, AreGone_WhenRemoved) {
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    const auto key = interfaces->find("gm0")->key;
    ASSERT_TRUE(interfaces->remove("gm0"));
    const auto left = objects->maps().ifaces.lookup(key);
    ASSERT_TRUE(left && *left);
    EXPECT_EQ((*left)->side, GM_SIDE_FREE) << "one that nobody named would be judged";
    EXPECT_TRUE(kernel::attached(pins)->empty());
    EXPECT_EQ(interfaces->remove("gm0").error().kind, ErrorKind::not_found);
}

TEST_F(InterfacesOf, AreTakenOver_WhenTheyWereAttachedBefore) {
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    const auto again = open();
    Interfaces later(again);
    EXPECT_TRUE(later.adopt().empty());
    ASSERT_EQ(later.all().size(), 1u);
    EXPECT_EQ(later.all()[0].interface, interface("gm0"));
    EXPECT_TRUE(later.broken().empty());
}

TEST_F(InterfacesOf, AreForgotten_WhenTheyAreNotOurs) {
    gm_iface strange{};
    strange.side = GM_SIDE_GM;
    ASSERT_TRUE(objects->maps().ifaces.put({1, 4242}, strange));
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    ASSERT_TRUE(interfaces->settle());
    EXPECT_EQ(*objects->maps().ifaces.count(), 1u);
}

TEST_F(InterfacesOf, AreMended_WhenMadeAnew) {
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    ASSERT_TRUE(netns.ip("link del gm0"));
    EXPECT_THAT(interfaces->broken(), testing::ElementsAre("gm0"));
    EXPECT_TRUE(interfaces->mend().empty()) << "it is not there";
    ASSERT_TRUE(netns.ip("link add gm0 type veth peer name ue0"));
    EXPECT_THAT(interfaces->mend(), testing::ElementsAre("gm0"));
    EXPECT_TRUE(interfaces->broken().empty());
    EXPECT_EQ(side_of("gm0"), GM_SIDE_GM);
    EXPECT_EQ(*objects->maps().ifaces.count(), 1u);
}

TEST_F(InterfacesOf, AreMended_WhenSomebodyTookTheFilterAway) {
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    ASSERT_TRUE(netns.tc("filter del dev gm0 egress"));
    EXPECT_THAT(interfaces->mend(), testing::ElementsAre("gm0"));
    EXPECT_NE(kernel::attached(pins)->front().answers, 0u);
    EXPECT_TRUE(interfaces->mend().empty()) << "once";
}

TEST_F(InterfacesOf, KnowTheirHostsAddresses_WhenGm) {
    ASSERT_TRUE(netns.ip("addr add 192.0.2.1/24 dev gm0"));
    const auto own = *Address::parse("192.0.2.1");
    ASSERT_TRUE(interfaces->put(interface("gm0", GM_SIDE_CORE)));
    EXPECT_THAT(interfaces->host_addresses(), testing::Not(testing::Contains(own)));
    EXPECT_THAT(interfaces->host_addresses(std::array{interface("gm0")}), testing::Contains(own));
    ASSERT_TRUE(interfaces->put(interface("gm0")));
    EXPECT_THAT(interfaces->host_addresses(), testing::Contains(own));
}

} // namespace
} // namespace gmguard::app
