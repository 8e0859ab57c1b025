// SPDX-License-Identifier: BSD-2-Clause
#include "unit/xfrm/messages.hpp"

#include "xfrm/table.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

using namespace gmguard::xfrm;
using What = SaNews::What;

Change change_of(const Octets& octets) {
    return *read(octets);
}

// "+4097 -4098": what was told, in its order.
std::string told(Table& table) {
    std::string out;
    for (const auto& news : table.take_news()) {
        constexpr const char* kSigns = "+~-!";
        out += out.empty() ? "" : " ";
        out += kSigns[static_cast<int>(news.what)] + std::to_string(news.sa.key.spi);
    }
    return out;
}

const SaText kOne{.spi = 1001};
const SaText kTwo{.spi = 1002};

TEST(XfrmTable, FollowsNotices) {
    Table table;
    table.hear(change_of(new_sa(kOne)));
    table.hear(change_of(new_sa(kTwo)));
    table.hear(change_of(expired_sa(kOne, false)));
    table.hear(change_of(expired_sa(kOne, true)));
    table.hear(change_of(deleted_sa(kTwo)));
    table.hear(change_of(deleted_sa(kTwo)));
    EXPECT_EQ(told(table), "+1001 +1002 !1001 -1001 -1002");
    EXPECT_EQ(table.size(), 0U);
}

TEST(XfrmTable, UsageAloneIsNoNews) {
    Table table;
    table.hear(change_of(new_sa(kOne)));
    table.hear(change_of(new_sa({.spi = 1001, .bytes = 50})));
    EXPECT_EQ(told(table), "+1001");
    EXPECT_EQ(table.find(kOne.key())->usage.bytes, 50U);
    table.hear(change_of(new_sa({.spi = 1001, .source_port = 7})));
    EXPECT_EQ(told(table), "~1001");
}

TEST(XfrmTable, WhatNobodyAnsweredYetIsNone) {
    Table table;
    table.hear(change_of(new_sa({.spi = 0})));
    EXPECT_EQ(table.size(), 0U);
}

TEST(XfrmTable, OnlyAWholeDumpRemoves) {
    Table table;
    table.hear(change_of(new_sa(kOne)));
    table.hear(change_of(new_sa(kTwo)));
    (void)table.take_news();
    table.begin_dump();
    table.dump(change_of(new_sa(kTwo)));
    EXPECT_EQ(told(table), "");
    table.end_dump_of_sas();
    EXPECT_EQ(told(table), "-1001");
}

TEST(XfrmTable, WhatComesDuringADumpStays) {
    Table table;
    table.begin_dump();
    table.hear(change_of(new_sa(kOne)));
    table.end_dump_of_sas();
    EXPECT_EQ(told(table), "+1001");
}

TEST(XfrmTable, ANoticeOfAnEndOvertakesTheDump) {
    Table table;
    table.begin_dump();
    table.hear(change_of(deleted_sa(kOne)));
    table.dump(change_of(new_sa(kOne)));
    EXPECT_EQ(table.size(), 0U);
    table.hear(change_of(new_sa(kOne))); // it came back
    table.dump(change_of(new_sa(kOne)));
    table.end_dump_of_sas();
    EXPECT_EQ(told(table), "+1001");
}

TEST(XfrmTable, AFlushTakesItsProtocol) {
    Table table;
    table.hear(change_of(new_sa(kOne)));
    table.hear(change_of(new_sa({.spi = 1002, .protocol = IPPROTO_AH})));
    table.hear(change_of(flushed_sas(IPPROTO_AH)));
    EXPECT_EQ(told(table), "+1001 +1002 -1002");
}

TEST(XfrmTable, OneSpiAtTwoAddressesIsTwoSas) {
    Table table;
    table.hear(change_of(new_sa(kOne)));
    table.hear(change_of(new_sa({.destination = "192.0.2.2", .spi = 1001})));
    EXPECT_EQ(table.size(), 2U);
}

TEST(XfrmTable, PoliciesOfAnSa) {
    Table table;
    table.hear(change_of(new_policy(kOne, 16)));
    table.hear(change_of(new_policy(kTwo, 24)));
    table.hear(change_of(new_sa(kOne)));
    const auto found = table.policies_of(*table.find(kOne.key()));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].index, 16U);
    table.hear(change_of(deleted_policy(kOne, 16)));
    EXPECT_EQ(table.policies().size(), 1U);
    table.begin_dump();
    table.end_dump_of_policies();
    EXPECT_TRUE(table.policies().empty());
}

} // namespace
} // namespace gmguard::test
