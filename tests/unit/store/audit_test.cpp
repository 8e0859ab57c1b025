// SPDX-License-Identifier: BSD-2-Clause
#include "unit/store/place.hpp"

namespace gmguard::store {
namespace {

using std::chrono::hours;
using Audit = StoreTest;

TEST_F(Audit, TellsWhoDidWhat_AndHowItEnded) {
    open();
    const auto id = store_->begin(change());
    ASSERT_TRUE(id);
    store_->settle(*id, 200, "{\"default\":\"off\"}");
    open();
    ASSERT_EQ(changes().size(), 1u);
    const Change kept = changes().front();
    EXPECT_EQ(kept.id, *id);
    EXPECT_EQ(kept.time, kNow);
    EXPECT_EQ(kept.caller, "uid 0 gid 0 pid 1");
    EXPECT_EQ(kept.method + " " + kept.target, "PATCH /v1/mode");
    EXPECT_EQ(kept.before, "{\"default\":\"monitor\"}");
    EXPECT_EQ(kept.after, "{\"default\":\"off\"}");
    EXPECT_EQ(kept.status, 200u);
    EXPECT_TRUE(kept.settled);
    EXPECT_TRUE(store_->unsettled().empty());
}

TEST_F(Audit, KnowsWhatNeverSettled) {
    open();
    const auto id = store_->begin(change());
    ASSERT_TRUE(id);
    open();
    ASSERT_EQ(store_->unsettled().size(), 1u);
    EXPECT_EQ(store_->unsettled().front().id, *id);
    EXPECT_FALSE(changes().front().settled);
    store_->settle(*id, 0, "{}");
    EXPECT_TRUE(store_->unsettled().empty());
    EXPECT_EQ(changes().front().status, 0u);
}

TEST_F(Audit, GivesPages_NewestFirst) {
    open();
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(store_->begin(change()));
    const auto first = store_->changes({.limit = 2});
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->more);
    EXPECT_EQ(first->items.front().id, 5u);
    const auto last = store_->changes({.before = 3, .limit = 2});
    ASSERT_TRUE(last);
    EXPECT_FALSE(last->more);
    EXPECT_EQ(last->items.back().id, 1u);
}

TEST_F(Audit, FindsByCallerMethodAndPath) {
    open();
    ASSERT_TRUE(store_->begin(change()));
    auto other = change("/v1/bindings/b_1");
    other.method = "DELETE";
    other.caller = "token ops";
    ASSERT_TRUE(store_->begin(other));
    EXPECT_EQ(changes({.caller = "ops"}).size(), 1u);
    EXPECT_EQ(changes({.caller = "%"}).size(), 0u);
    EXPECT_EQ(changes({.method = "PATCH"}).size(), 1u);
    EXPECT_EQ(changes({.path = "/v1/bindings"}).size(), 1u);
    EXPECT_EQ(changes({.caller = "ops", .path = "/v1/mode"}).size(), 0u);
}

TEST_F(Audit, KeepsNoMoreThanAsked_NorLonger) {
    open({.changes_age = hours(24), .changes = 3});
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(store_->begin(change()));
    store_->tick(kNow);
    EXPECT_EQ(changes().size(), 3u);
    EXPECT_EQ(store_->size().changes, 3u);
    store_->tick(kNow + hours(25));
    EXPECT_EQ(changes().size(), 0u);
    ASSERT_TRUE(store_->begin(change()));
    EXPECT_EQ(changes().front().id, 6u) << "ids never come again";
}

} // namespace
} // namespace gmguard::store
