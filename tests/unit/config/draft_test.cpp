// SPDX-License-Identifier: BSD-2-Clause
#include "config/draft.hpp"

#include <gmock/gmock.h>

using namespace gmguard;
using namespace gmguard::config;
using testing::HasSubstr;

namespace {

Draft a_draft() {
    Draft draft;
    draft.head = {"From a file."};
    Draft::Gm gm;
    gm.listener.name = "gm1";
    gm.listener.address = *Address::parse("2001:db8::1");
    gm.listener.unprotected_ports = {5060};
    gm.listener.protected_ports = {5100, 5101, 6100};
    gm.remarks = {"pcscf.cfg:1"};
    draft.listeners = {gm};
    return draft;
}

} // namespace

TEST(Draft, IsAConfiguration) {
    const auto read = parse(text_of(a_draft()), "draft");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->mode, GM_MODE_MONITOR);
    EXPECT_EQ(read->listeners, std::vector{a_draft().listeners[0].listener});
    EXPECT_TRUE(read->interfaces.empty());
    EXPECT_TRUE(read->core.peers.empty());
}

TEST(Draft, HasInterfacesAndTheCore_WhereTheyAreKnown) {
    auto draft = a_draft();
    draft.interfaces = {{{"eth0", "", GM_SIDE_GM, XdpMode::native}, "192.0.2.1", true},
                        {{"eth1", "", GM_SIDE_CORE, XdpMode::native}, "", true},
                        {{"eth2", "", GM_SIDE_GM, XdpMode::native}, "?", false}};
    draft.core_listeners = {{*Endpoint::parse("198.51.100.1:5060"), "a.cfg:3"}};
    const auto read = parse(text_of(draft), "draft");
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_EQ(read->interfaces.size(), 2U) << "what is not certain is a comment";
    EXPECT_EQ(read->interfaces[1].side, GM_SIDE_CORE);
    EXPECT_EQ(read->core.listeners.size(), 1U);
}

// Comments hold what was found on the machine, whatever that is.
TEST(Draft, StaysAConfiguration_WhateverARemarkHolds) {
    auto draft = a_draft();
    draft.head = {"a\nmode = \"off\"\x7f"};
    draft.listeners[0].remarks = {"b\n[pins]"};
    draft.homes = {"[\"a\"] # \n[log]\nlevel = 3"};
    const auto read = parse(text_of(draft), "draft");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->mode, GM_MODE_MONITOR);
}

// What is commented out is right when the sign goes.
TEST(Draft, SuggestsWhatCanBeTaken) {
    auto text = text_of(a_draft());
    for (const std::string line : {"#peers", "#listeners", "#domains", "#[[pool]]", "#name = \"ims",
                                   "#prefix", "#unit", "#port"}) {
        const auto at = text.find("\n" + line);
        ASSERT_NE(at, std::string::npos) << line;
        text.erase(at + 1, 1);
    }
    const auto read = parse(text, "draft");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->core.peers.size(), 1U);
    EXPECT_EQ(read->pools.size(), 1U);
    EXPECT_EQ(read->home_domains.size(), 1U);
}
