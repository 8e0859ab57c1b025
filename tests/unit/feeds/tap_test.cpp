// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/tap.hpp"
#include "messages.hpp"

#include <gtest/gtest.h>

namespace gmguard::feeds {
namespace {

using binding::Tap;
using kernel::Ring;

struct Row {
    const char* what;
    Ring ring;
    gm_hook hook;
    const std::string& message;
    std::optional<Tap> tap; // none: nothing is heard
};

const Row kRows[] = {
    {"clear REGISTER", Ring::clear, GM_HOOK_FRONT, kRegister, Tap::clear},
    {"clear REGISTER, in fragments", Ring::clear, GM_HOOK_INSIDE, kRegister, Tap::clear},
    {"protected REGISTER", Ring::inner, GM_HOOK_INSIDE, kRegister, Tap::inner},
    {"REGISTER to the core", Ring::core, GM_HOOK_ONWARD, kRegister, Tap::onward},
    {"answer of the core", Ring::core, GM_HOOK_INSIDE, kAnswer, Tap::core},
    {"answer to the phone", Ring::core, GM_HOOK_ANSWERS, kAnswer, Tap::leaving},
    {"answer among clear REGISTERs", Ring::clear, GM_HOOK_FRONT, kAnswer, {}},
    {"answer among protected REGISTERs", Ring::inner, GM_HOOK_INSIDE, kAnswer, {}},
    {"REGISTER as answer of the core", Ring::core, GM_HOOK_INSIDE, kRegister, {}},
    {"answer going on", Ring::core, GM_HOOK_ONWARD, kAnswer, {}},
    {"front in the core's ring", Ring::core, GM_HOOK_FRONT, kAnswer, {}},
    {"another method", Ring::inner, GM_HOOK_INSIDE, kInvite, {}},
    {"a drop report", Ring::events, GM_HOOK_FRONT, kRegister, {}},
};

TEST(Ear, SaysWhatItHeard_WhenRingHookAndMessageAgree) {
    Ear ear;
    for (const auto& row : kRows)
        EXPECT_EQ(ear.hear(record(row.ring, row.hook, row.message)), row.tap) << row.what;
}

TEST(Ear, HearsNothing_WhenTheMessageIsNotWhole) {
    Ear ear;
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

// Whatever a ring held: no crash, and nothing heard of what is no REGISTER any more.
TEST(Ear, HearsNothing_WhenTheBytesAreCutOrSpoiled) {
    Ear ear;
    for (std::size_t size = 0; size + 4 < kRegister.size(); ++size)
        EXPECT_FALSE(ear.hear(
            record(Ring::clear, GM_HOOK_FRONT, std::string_view(kRegister).substr(0, size))))
            << size;
    for (std::size_t at = 0; at < kRegister.size(); ++at) {
        auto spoiled = kRegister;
        spoiled[at] = '\0';
        EXPECT_FALSE(ear.hear(record(Ring::clear, GM_HOOK_FRONT, spoiled))) << at;
    }
}

} // namespace
} // namespace gmguard::feeds
