// SPDX-License-Identifier: BSD-2-Clause
// What an operator sees of the maps with bpftool and cat alone, controller or not: words and text.
#include "unit/kernel/sandbox.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace gmguard::kernel {
namespace {

using testing::HasSubstr;

constexpr gm_u128 kMapped = static_cast<gm_u128>(0xffff) << 32;
constexpr gm_u128 kPhone = kMapped | 0xc6336407;    // 198.51.100.7
constexpr gm_u128 kListener = kMapped | 0xc0000201; // 192.0.2.1
constexpr std::uint64_t kFarAway = ~0ULL >> 1;

struct Output {
    int status;
    std::string text;
};

Output output_of(const std::string& command) {
    Output out{-1, {}};
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (!pipe)
        return out;
    char part[4096];
    for (std::size_t n = 0; (n = std::fread(part, 1, sizeof part, pipe)) > 0;)
        out.text.append(part, n);
    out.status = ::pclose(pipe);
    return out;
}

gm_selector pair(std::uint16_t port) {
    gm_selector selector{};
    selector.address = kPhone;
    selector.port = port;
    selector.bits = 128;
    return selector;
}

gm_binding binding(gm_binding_state state, const char* selector) {
    gm_binding out{};
    out.user = 0x1234;
    out.subscriber = 7;
    out.expires_ns = kFarAway;
    out.state = state;
    std::strcpy(out.selector, selector);
    std::strcpy(out.impi, "alice@ims.test");
    std::strcpy(out.impu, "sip:alice@ims.test");
    return out;
}

class Dump : public Sandbox {
  protected:
    Output dump(const std::string& map) {
        return output_of(std::string(GMGUARD_BPFTOOL) + " map dump pinned " + pins + "/maps/" +
                         map);
    }
};

TEST_F(Dump, ShowsABindingAsText) {
    const auto objects = open();
    ASSERT_TRUE(
        objects.maps().bindings.put(pair(5062), binding(GM_STATE_BOUND, "198.51.100.7:5062")));
    const auto out = dump("gm_bindings");
    ASSERT_EQ(out.status, 0) << out.text;
    EXPECT_THAT(out.text, HasSubstr(R"("state": "GM_STATE_BOUND")"));
    EXPECT_THAT(out.text, HasSubstr(R"("selector": "198.51.100.7:5062")"));
    EXPECT_THAT(out.text, HasSubstr(R"("impi": "alice@ims.test")"));
    EXPECT_THAT(out.text, HasSubstr(R"("impu": "sip:alice@ims.test")"));
    EXPECT_THAT(out.text, HasSubstr(R"("port": 5062)")) << "host order";
    EXPECT_THAT(out.text, HasSubstr("0xffffc6336407")) << "an address in host order";
}

TEST_F(Dump, ShowsTheSourceAndStateOfAnSpi) {
    const auto objects = open();
    gm_spi value{};
    value.address = kPhone;
    value.bits = 128;
    value.port = 5062;
    value.state = GM_SPI_INSTALLED;
    ASSERT_TRUE(objects.maps().spis.put({kListener, 4097, 0, 0}, value));
    const auto out = dump("gm_spis");
    ASSERT_EQ(out.status, 0) << out.text;
    EXPECT_THAT(out.text, HasSubstr(R"("spi": 4097)"));
    EXPECT_THAT(out.text, HasSubstr(R"("state": "GM_SPI_INSTALLED")"));
    EXPECT_THAT(out.text, HasSubstr("0xffffc6336407")) << "an address in host order";
}

TEST_F(Dump, ShowsAListenersRoleAndModesAsWords) {
    const auto objects = open();
    gm_listener_key key{};
    key.address = kListener;
    key.port = 5060;
    key.protocol = GM_UDP;
    gm_listener listener{};
    listener.role = GM_ROLE_UNPROTECTED;
    listener.id = 1;
    listener.protection = GM_PROTECTION_TERMINATED;
    listener.modes.contact_source = GM_MODE_MONITOR;
    listener.modes.only_register = GM_MODE_ENFORCE;
    std::strcpy(listener.name, "gm");
    ASSERT_TRUE(objects.maps().listeners.put(key, listener));
    const auto out = dump("gm_listeners");
    ASSERT_EQ(out.status, 0) << out.text;
    for (const auto* line :
         {R"("port": 5060)", R"("protocol": "GM_UDP")", R"("role": "GM_ROLE_UNPROTECTED")",
          R"("profile": "GM_PROFILE_ANNEX_D")", R"("protection": "GM_PROTECTION_TERMINATED")",
          R"("contact_source": "GM_MODE_MONITOR")", R"("only_register": "GM_MODE_ENFORCE")",
          R"("limits": "GM_MODE_OFF")", R"("name": "gm")"})
        EXPECT_THAT(out.text, HasSubstr(line));
}

TEST_F(Dump, ShowsAPoolAndAnInterfaceByTheirNames) {
    const auto objects = open();
    gm_prefix_key key{32, {0x20, 0x01, 0x0d, 0xb8}};
    gm_pool pool{{64, 1}, GM_CONFLICT_CONTEST, "ims-v6"};
    ASSERT_TRUE(objects.maps().pools.put(key, pool));
    ASSERT_TRUE(objects.maps().ifaces.put({4026531840, 3}, gm_iface{GM_SIDE_GM, "gm0"}));
    EXPECT_THAT(dump("gm_pools").text, HasSubstr(R"("name": "ims-v6")"));
    EXPECT_THAT(dump("gm_pools").text, HasSubstr(R"("conflict": "GM_CONFLICT_CONTEST")"));
    EXPECT_THAT(dump("gm_ifaces").text, HasSubstr(R"("side": "GM_SIDE_GM")"));
    EXPECT_THAT(dump("gm_ifaces").text, HasSubstr(R"("name": "gm0")"));
}

class Show : public Sandbox {
  protected:
    Output table() { return output_of("cat " + pins + "/show/bindings"); }
};

TEST_F(Show, IsATable_WhateverTheState) {
    const auto objects = open();
    if (!is_shown(objects))
        GTEST_SKIP() << kNotShown;
    ASSERT_TRUE(pin_show(objects)) << pin_show(objects).error().text();
    const auto& bindings = objects.maps().bindings;
    auto ended = binding(GM_STATE_BOUND, "198.51.100.7:5064");
    ended.expires_ns = 1;
    ASSERT_TRUE(bindings.put(pair(5062), binding(GM_STATE_BOUND, "198.51.100.7:5062")));
    ASSERT_TRUE(bindings.put(pair(5063), binding(GM_STATE_COOLDOWN, "198.51.100.7:5063")));
    ASSERT_TRUE(bindings.put(pair(5064), ended));
    const auto out = table();
    ASSERT_EQ(out.status, 0) << out.text;
    EXPECT_EQ(out.text.substr(0, out.text.find('\n')), "SELECTOR STATE EXPIRES_S IMPI IMPU");
    EXPECT_EQ(std::ranges::count(out.text, '\n'), 4) << out.text;
    for (const auto* row : {R"(198.51.100.7:5062 bound )", R"(198.51.100.7:5063 cooldown )",
                            R"(198.51.100.7:5064 ended 0 alice@ims.test sip:alice@ims.test)"})
        EXPECT_THAT(out.text, HasSubstr(row));
}

TEST_F(Show, FollowsTheMap_WhenTheControllerHasGone) {
    {
        const auto objects = open();
        if (!is_shown(objects))
            GTEST_SKIP() << kNotShown;
        ASSERT_TRUE(pin_show(objects));
        ASSERT_TRUE(objects.maps().bindings.put(pair(5062),
                                                binding(GM_STATE_ADOPTED, "198.51.100.7:5062")));
    }
    EXPECT_THAT(table().text, HasSubstr("198.51.100.7:5062 adopted "));
}

TEST_F(Show, IsNothing_WhenNobodyIsBound) {
    const auto objects = open();
    if (!is_shown(objects))
        GTEST_SKIP() << kNotShown;
    ASSERT_TRUE(pin_show(objects));
    const auto out = table();
    EXPECT_EQ(out.status, 0) << out.text;
    EXPECT_EQ(out.text, "");
}

} // namespace
} // namespace gmguard::kernel
