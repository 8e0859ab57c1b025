// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/keeper.hpp"
#include "kernel/links.hpp"
#include "kernel/pins.hpp"
#include "sandbox.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

namespace gmguard::kernel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class KeeperTest : public Sandbox {
  protected:
    void SetUp() override {
        Sandbox::SetUp();
        ASSERT_TRUE(netns.made()) << "cannot make a network namespace";
    }
    std::vector<std::string> kept(Keeper& keeper) {
        const auto again = keeper.keep();
        EXPECT_TRUE(again) << (again ? "" : again.error().text());
        return again.value_or(std::vector<std::string>{});
    }
    std::string link() const { return names_in(pins + "/links").at(0); }
    std::uint32_t link_id(const std::string& name) const {
        const auto live = live_link(link_pin(pins, name));
        return live && *live ? (*live)->id : 0;
    }

    Netns netns;
};

TEST_F(KeeperTest, PinsAgain_WhatLostItsPin) {
    const auto objects = open();
    ASSERT_TRUE(attach(objects, {"gm0", netns.name, GM_SIDE_GM, config::XdpMode::native}));
    Keeper keeper(pins);
    EXPECT_THAT(kept(keeper), IsEmpty());
    const auto name = link();
    const auto id = link_id(name);
    ASSERT_NE(id, 0u);
    ASSERT_TRUE(unpin(link_pin(pins, name)));
    ASSERT_TRUE(unpin(map_pin(pins, "gm_bindings")));
    EXPECT_THAT(kept(keeper), ElementsAre("links/" + name, "maps/gm_bindings"));
    EXPECT_EQ(link_id(name), id) << "the same link, which was at its hook all the time";
    EXPECT_THAT(kept(keeper), IsEmpty());
}

TEST_F(KeeperTest, MakesTheDirectoriesAnew) {
    const auto objects = open();
    Keeper keeper(pins);
    EXPECT_THAT(kept(keeper), IsEmpty());
    for (const auto* folder : {"/maps/", "/programs/"})
        for (const auto& name : names_in(pins + folder))
            ASSERT_TRUE(unpin(pins + folder + name));
    remove_empty_pin_directories(pins);
    ASSERT_NE(::access(pins.c_str(), F_OK), 0);
    EXPECT_FALSE(kept(keeper).empty());
    EXPECT_EQ(::access(map_pin(pins, "gm_settings").c_str(), F_OK), 0);
}

TEST_F(KeeperTest, LetsGo_WhatWasDetached) {
    const auto objects = open();
    ASSERT_TRUE(attach(objects, {"gm0", netns.name, GM_SIDE_GM, config::XdpMode::native}));
    Keeper keeper(pins);
    EXPECT_THAT(kept(keeper), IsEmpty());
    ASSERT_TRUE(detach(pins, "gm0", netns.name));
    EXPECT_THAT(kept(keeper), IsEmpty());
    EXPECT_THAT(names_in(pins + "/links"), IsEmpty());
}

TEST_F(KeeperTest, LetsGo_WhatWentWithItsDevice) {
    const auto objects = open();
    ASSERT_TRUE(attach(objects, {"gm0", netns.name, GM_SIDE_GM, config::XdpMode::native}));
    Keeper keeper(pins);
    EXPECT_THAT(kept(keeper), IsEmpty());
    const auto name = link();
    ASSERT_TRUE(netns.ip("link del gm0"));
    ASSERT_TRUE(unpin(link_pin(pins, name)));
    EXPECT_THAT(kept(keeper), IsEmpty());
}

} // namespace
} // namespace gmguard::kernel
