// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/tap.hpp"
#include "messages.hpp"

#include <gtest/gtest.h>

namespace gmguard::feeds {
namespace {

using kernel::Ring;

struct Row {
    const char* what;
    Ring ring;
    gm_hook hook;
    const std::string& message;
    std::size_t event; // index in binding::Event; none: nothing is heard
};
constexpr std::size_t kNothing = 99;

const Row kRows[] = {
    {"clear REGISTER", Ring::clear, GM_HOOK_FRONT, kRegister, 0},
    {"clear REGISTER, in fragments", Ring::clear, GM_HOOK_INSIDE, kRegister, 0},
    {"protected REGISTER", Ring::inner, GM_HOOK_INSIDE, kRegister, 1},
    {"REGISTER to the core", Ring::core, GM_HOOK_ONWARD, kRegister, 2},
    {"answer of the core", Ring::core, GM_HOOK_INSIDE, kAnswer, 3},
    {"answer to the phone", Ring::core, GM_HOOK_ANSWERS, kAnswer, 4},
    {"answer among clear REGISTERs", Ring::clear, GM_HOOK_FRONT, kAnswer, kNothing},
    {"answer among protected REGISTERs", Ring::inner, GM_HOOK_INSIDE, kAnswer, kNothing},
    {"REGISTER as answer of the core", Ring::core, GM_HOOK_INSIDE, kRegister, kNothing},
    {"answer going on", Ring::core, GM_HOOK_ONWARD, kAnswer, kNothing},
    {"front in the core's ring", Ring::core, GM_HOOK_FRONT, kAnswer, kNothing},
    {"another method", Ring::inner, GM_HOOK_INSIDE, kInvite, kNothing},
    {"a drop report", Ring::events, GM_HOOK_FRONT, kRegister, kNothing},
};

TEST(Tap, SaysWhatWasHeard_WhenRingHookAndMessageAgree) {
    for (const auto& row : kRows) {
        const auto event = heard(record(row.ring, row.hook, row.message));
        EXPECT_EQ(event ? event->index() : kNothing, row.event) << row.what;
    }
}

TEST(Ear, HearsWhatTheTapTells) {
    Ear ear;
    for (const auto& row : kRows) {
        const auto tap = ear.hear(record(row.ring, row.hook, row.message));
        EXPECT_EQ(tap ? static_cast<std::size_t>(*tap) : kNothing, row.event) << row.what;
    }
    auto cut = record(Ring::inner, GM_HOOK_INSIDE, kRegister);
    cut.head.full_length += 1;
    EXPECT_FALSE(ear.hear(cut));
}

TEST(Ear, TellsWhereFrom_OfEachRecordAnew) {
    auto tunnelled = record(Ring::inner, GM_HOOK_INSIDE, kRegister);
    tunnelled.head.inner = Address::parse("192.168.1.2")->value();
    Ear ear;
    ASSERT_TRUE(ear.hear(tunnelled));
    EXPECT_EQ(ear.heard().inner, Address::parse("192.168.1.2"));
    ASSERT_TRUE(ear.hear(record(Ring::core, GM_HOOK_INSIDE, kAnswer)));
    EXPECT_EQ(ear.heard().now_ns, 1000u);
    EXPECT_EQ(ear.heard().source.text(), "192.0.2.7:5060");
    EXPECT_EQ(ear.heard().destination.text(), "192.0.2.1:5060");
    EXPECT_EQ(ear.heard().listener, 1u);
    EXPECT_EQ(ear.heard().message.call_id, "1@192.0.2.7");
    EXPECT_FALSE(ear.heard().inner);
}

TEST(Tap, TellsTheStatusOfWhatLeaves_Unread) {
    EXPECT_EQ(leaving_status(record(Ring::core, GM_HOOK_ANSWERS, kAnswer)), 200);
    EXPECT_EQ(leaving_status(record(Ring::core, GM_HOOK_ANSWERS, kRegister)), 0);
    EXPECT_EQ(leaving_status(record(Ring::core, GM_HOOK_INSIDE, kAnswer)), std::nullopt);
    EXPECT_EQ(leaving_status(record(Ring::events, GM_HOOK_ANSWERS, kAnswer)), std::nullopt);
}

TEST(Tap, TellsWhereFrom_WhenHeard) {
    const auto event = heard(record(Ring::inner, GM_HOOK_INSIDE, kRegister));
    ASSERT_TRUE(event);
    const auto& protected_register = std::get<binding::RegisterProtected>(*event);
    EXPECT_EQ(protected_register.now_ns, 1000u);
    EXPECT_EQ(protected_register.source.text(), "192.0.2.7:5060");
    EXPECT_EQ(protected_register.destination.text(), "192.0.2.1:5060");
    EXPECT_EQ(protected_register.listener, 1u);
    EXPECT_EQ(protected_register.message.call_id, "1@192.0.2.7");
    EXPECT_FALSE(protected_register.inner);
}

TEST(Tap, TellsTheAddressInside_WhenItCameByATunnel) {
    auto tunnelled = record(Ring::inner, GM_HOOK_INSIDE, kRegister);
    tunnelled.head.inner = Address::parse("192.168.1.2")->value();
    const auto event = heard(tunnelled);
    ASSERT_TRUE(event);
    const auto& protected_register = std::get<binding::RegisterProtected>(*event);
    EXPECT_EQ(protected_register.source.text(), "192.0.2.7:5060");
    ASSERT_TRUE(protected_register.inner);
    EXPECT_EQ(protected_register.inner->text(), "192.168.1.2");
}

TEST(Tap, HearsNothing_WhenTheMessageIsNotWhole) {
    auto cut = record(Ring::inner, GM_HOOK_INSIDE, kRegister);
    cut.head.full_length += 1;
    EXPECT_FALSE(heard(cut));
}

// Whatever a ring held: no crash, and nothing heard of what is no REGISTER any more.
TEST(Tap, HearsNothing_WhenTheBytesAreCutOrSpoiled) {
    for (std::size_t size = 0; size + 4 < kRegister.size(); ++size)
        EXPECT_FALSE(
            heard(record(Ring::clear, GM_HOOK_FRONT, std::string_view(kRegister).substr(0, size))))
            << size;
    for (std::size_t at = 0; at < kRegister.size(); ++at) {
        auto spoiled = kRegister;
        spoiled[at] = '\0';
        EXPECT_FALSE(heard(record(Ring::clear, GM_HOOK_FRONT, spoiled))) << at;
    }
}

} // namespace
} // namespace gmguard::feeds
