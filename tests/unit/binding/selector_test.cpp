// SPDX-License-Identifier: BSD-2-Clause
#include "binding/selector.hpp"

#include "binding/ids.hpp"

#include <gtest/gtest.h>

namespace gmguard::binding {
namespace {

TEST(Selector, IsMadeAndWrittenByThePoolsForm) {
    struct Case {
        const char* source;
        gm_key_form form;
        const char* text;
    };
    const Case cases[] = {
        {"192.0.2.7:5062", {128, 1}, "192.0.2.7:5062"},
        {"192.0.2.7:5062", {128, 0}, "192.0.2.7"},
        {"192.0.2.7:5062", {120, 0}, "192.0.2.0/24"},
        {"192.0.2.7:5062", {120, 1}, "192.0.2.0/24:5062"},
        {"[2001:db8::1]:5060", {128, 1}, "[2001:db8::1]:5060"},
        {"[2001:db8::1]:5060", {128, 0}, "2001:db8::1"},
        {"[2001:db8:1:2:3::1]:5060", {64, 0}, "2001:db8:1:2::/64"},
        {"[2001:db8:1:2:3::1]:5060", {64, 1}, "[2001:db8:1:2::/64]:5060"},
        {"[2001:db8:1:2:3::1]:5060", {48, 0}, "2001:db8:1::/48"},
    };
    for (const auto& c : cases) {
        const gm_selector selector = make_selector(*Endpoint::parse(c.source), c.form);
        EXPECT_EQ(text(selector), c.text);
        EXPECT_TRUE(has_form(selector, c.form));
        EXPECT_FALSE(has_form(selector, {c.form.bits, 1 - c.form.with_port}));
        EXPECT_FALSE(has_form(selector, {c.form.bits - 1, c.form.with_port}));
    }
}

TEST(Selector, FitsIntoTheMap_WhenItIsTheLongest) {
    const auto longest = Endpoint::parse("[2001:db8:1111:2222:3333:4444:5555:6666]:65535");
    EXPECT_LT(text(make_selector(*longest, {127, 1})).size(), std::size_t{GM_SELECTOR_TEXT});
}

TEST(Id, ReadsBackAsWritten) {
    for (const Id id : {Id{IdKind::binding, 0, 1}, Id{IdKind::binding, 0xabcdef, 0x1234567890},
                        Id{IdKind::pending, kNoSlot, 17}, Id{IdKind::shadow, kNoSlot, 99}})
        EXPECT_EQ(Id::parse(id.text()), id) << id.text();
    for (const char* bad : {"", "b_", "b_1", "b_1-", "b_-1", "b_1-x", "b_p", "b_sx", "b_1-1-1",
                            "b_100000000-1", "B_1-1"})
        EXPECT_EQ(Id::parse(bad), std::nullopt) << bad;
}

} // namespace
} // namespace gmguard::binding
