// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/reports.hpp"
#include "messages.hpp"

#include <gmock/gmock.h>

#include <set>

namespace gmguard::feeds {
namespace {

using admin::EventType;
using namespace std::chrono_literals;

class Names final : public Directory {
  public:
    std::string listener(std::uint32_t id) const override { return id == 1 ? "gm" : ""; }
    std::string interface(std::uint32_t ifindex) const override {
        return ifindex == 3 ? "gm0" : "";
    }
    std::optional<admin::EventHolder> holder(const Endpoint&, const Moment&) const override {
        return admin::EventHolder{"002@ims.test", std::nullopt, "b_1", "192.0.2.7:5060"};
    }
};

const Moment kNow{5'000'000'000, WallTime(1000s)};

kernel::Record dropped(gm_verdict verdict, std::string_view message = kRegister) {
    auto report = record(kernel::Ring::events, GM_HOOK_FRONT, message);
    report.head.time_ns = 4'000'000'000;
    report.head.verdict = verdict;
    report.head.reason = GM_REASON_selector_taken;
    report.head.holder = 7;
    report.head.suppressed = 12;
    return report;
}

TEST(Report, SaysAll_WhenAPacketWasDropped) {
    const auto event = report(dropped(GM_VERDICT_DROP), Names{}, kNow);
    EXPECT_EQ(event.type, EventType::drop);
    EXPECT_EQ(event.mode, GM_MODE_ENFORCE);
    EXPECT_EQ(event.reason, GM_REASON_selector_taken);
    EXPECT_EQ(event.time, WallTime(999s));
    EXPECT_EQ(event.listener, "gm");
    EXPECT_EQ(event.interface, "gm0");
    EXPECT_EQ(event.hook, GM_HOOK_FRONT);
    EXPECT_EQ(event.source->text(), "192.0.2.7:5060");
    EXPECT_EQ(event.destination->text(), "192.0.2.1:5060");
    EXPECT_EQ(event.protocol, GM_UDP);
    EXPECT_EQ(event.suppressed, 12u);
    ASSERT_TRUE(event.sip);
    EXPECT_EQ(event.sip->method, "REGISTER");
    EXPECT_EQ(event.sip->register_class, "initial");
    EXPECT_EQ(event.sip->impi, "001@ims.test");
    EXPECT_EQ(event.sip->impu, "sip:001@ims.test");
    ASSERT_TRUE(event.bound_to);
    EXPECT_EQ(event.bound_to->impi, "002@ims.test");
}

TEST(Report, IsWouldDrop_WhenItPassedInMonitor) {
    const auto event = report(dropped(GM_VERDICT_WOULD_DROP), Names{}, kNow);
    EXPECT_EQ(event.type, EventType::would_drop);
    EXPECT_EQ(event.mode, GM_MODE_MONITOR);
}

TEST(Report, HasNoHolder_WhenNobodyHoldsTheSelector) {
    auto nobody = dropped(GM_VERDICT_DROP);
    nobody.head.holder = 0;
    EXPECT_FALSE(report(nobody, Names{}, kNow).bound_to);
}

TEST(Report, HasNoSip_WhenTheBytesAreNone) {
    EXPECT_FALSE(report(dropped(GM_VERDICT_DROP, "garbage"), Names{}, kNow).sip);
    EXPECT_FALSE(report(dropped(GM_VERDICT_DROP, ""), Names{}, kNow).sip);
}

TEST(Report, NamesBothUsers_WhenASelectorIsInConflict) {
    binding::Notice notice;
    notice.kind = binding::NoticeKind::conflict;
    notice.now_ns = 5'000'000'000;
    notice.source = *Endpoint::parse("192.0.2.7:5060");
    notice.listener = 1;
    notice.selector = "192.0.2.7:5060";
    notice.impi = "001@ims.test";
    notice.other_impi = "002@ims.test";
    const auto event = report(notice, Names{}, kNow);
    EXPECT_EQ(event.type, EventType::conflict);
    EXPECT_EQ(event.sip->impi, "001@ims.test");
    EXPECT_EQ(event.bound_to->impi, "002@ims.test");
    EXPECT_EQ(event.bound_to->selector, "192.0.2.7:5060");
    EXPECT_EQ(event.listener, "gm");
}

TEST(Report, SaysTheDoubt_WhenAnAnswerIsNotBelieved) {
    binding::Notice notice;
    notice.kind = binding::NoticeKind::not_believed;
    notice.doubt = binding::Doubt::via_list;
    notice.detail = "two Vias";
    const auto event = report(notice, Names{}, kNow);
    EXPECT_EQ(event.type, EventType::not_believed);
    EXPECT_EQ(event.detail, "via_list: two Vias");
}

TEST(Report, HasATypeOfItsOwn_WhateverTheNotice) {
    std::set<EventType> types;
    for (int kind = 0; kind <= static_cast<int>(binding::NoticeKind::sec_agree_mismatch); ++kind) {
        binding::Notice notice;
        notice.kind = static_cast<binding::NoticeKind>(kind);
        types.insert(report(notice, Names{}, kNow).type);
    }
    EXPECT_EQ(types.size(), static_cast<std::size_t>(binding::NoticeKind::sec_agree_mismatch) + 1);
    EXPECT_FALSE(types.contains(EventType::alarm));
}

TEST(Losses, AreTold_WhenCountersGrew) {
    gm_losses before{}, after{};
    before.sip_clear = 5;
    after.sip_clear = 5;
    after.sip_core = 2;
    after.suppressed = 100;
    const auto grown = losses(before, after);
    ASSERT_EQ(grown.size(), 1u);
    EXPECT_EQ(grown[0].ring, "gm_sip_core");
    EXPECT_EQ(grown[0].count, 2u);
}

TEST(Moment, FindsTheWallTime_WhenTheOtherTimeIsBeforeOrAfter) {
    EXPECT_EQ(kNow.wall_at(4'000'000'000), WallTime(999s));
    EXPECT_EQ(kNow.wall_at(7'000'000'000), WallTime(1002s));
    const auto now = Moment::now();
    EXPECT_EQ(now.wall_at(now.ns), now.wall);
}

} // namespace
} // namespace gmguard::feeds
