// SPDX-License-Identifier: BSD-2-Clause
#include "admin/event_log.hpp"
#include "unit/admin/fake_guard.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint64_t> ids(const EventPage& page) {
    std::vector<std::uint64_t> list;
    for (const Event& event : page.events)
        list.push_back(event.id);
    return list;
}

Event of(EventType type) {
    Event event;
    event.type = type;
    return event;
}

void fill(EventLog& log, int events) {
    for (int i = 0; i < events; ++i)
        log.append(of(EventType::drop));
}

TEST(EventLog, GivesGrowingIds) {
    EventLog log(10, 1000);
    EXPECT_EQ(log.newest(), 999u);
    EXPECT_EQ(log.append(drop_event()), 1000u);
    EXPECT_EQ(log.append(drop_event()), 1001u);
    EXPECT_EQ(log.total(), 2u);
}

TEST(EventLog, ReadsWhatCameAfter) {
    EventLog log(10);
    fill(log, 4);
    const EventPage page = log.read(2, {}, 10);
    EXPECT_THAT(ids(page), ElementsAre(3, 4));
    EXPECT_EQ(page.next, 4u);
    EXPECT_EQ(page.lost, 0u);
    EXPECT_FALSE(page.more);
}

TEST(EventLog, GoesOnWhereTheLimitCut) {
    EventLog log(10);
    fill(log, 5);
    const EventPage first = log.read(0, {}, 2);
    EXPECT_THAT(ids(first), ElementsAre(1, 2));
    EXPECT_TRUE(first.more);
    const EventPage second = log.read(first.next, {}, 3);
    EXPECT_THAT(ids(second), ElementsAre(3, 4, 5));
    EXPECT_FALSE(second.more);
}

TEST(EventLog, CountsWhatTheRingHasOverwritten) {
    EventLog log(3);
    fill(log, 10);
    const EventPage page = log.read(2, {}, 10);
    EXPECT_THAT(ids(page), ElementsAre(8, 9, 10));
    EXPECT_EQ(page.lost, 5u);
}

TEST(EventLog, LosesNothing_WhenTheReaderIsJustInTime) {
    EventLog log(3);
    fill(log, 10);
    EXPECT_EQ(log.read(7, {}, 10).lost, 0u);
    EXPECT_EQ(log.read(6, {}, 10).lost, 1u);
}

TEST(EventLog, ReadsAnIdOfTheFutureAsTheBeginning) {
    EventLog log(10);
    fill(log, 2);
    EXPECT_THAT(ids(log.read(77, {}, 10)), ElementsAre(1, 2));
}

TEST(EventLog, IsEmptyAtFirst) {
    EventLog log(10, 500);
    const EventPage page = log.read(0, {}, 10);
    EXPECT_THAT(page.events, IsEmpty());
    EXPECT_EQ(page.lost, 0u);
    EXPECT_EQ(page.next, 499u);
    EXPECT_THAT(log.tail({}, 10).events, IsEmpty());
}

TEST(EventLog, SkipsWhatTheFilterDoesNotWant) {
    EventLog log(10);
    log.append(of(EventType::bound));
    log.append(drop_event());
    log.append(of(EventType::expired));
    EventFilter drops{{EventType::drop}, {}, ""};
    const EventPage page = log.read(0, drops, 10);
    EXPECT_THAT(ids(page), ElementsAre(2));
    EXPECT_EQ(page.next, 3u) << "the reader need not look at these again";
}

TEST(EventLog, FiltersByReasonAndByBothIdentities) {
    EventLog log(10);
    log.append(drop_event());
    EXPECT_EQ(log.read(0, {{}, {GM_REASON_selector_taken}, ""}, 9).events.size(), 1u);
    EXPECT_EQ(log.read(0, {{}, {GM_REASON_malformed}, ""}, 9).events.size(), 0u);
    EXPECT_EQ(log.read(0, {{}, {}, "mallory@ims.test"}, 9).events.size(), 1u);
    EXPECT_EQ(log.read(0, {{}, {}, "alice@ims.test"}, 9).events.size(), 1u);
    EXPECT_EQ(log.read(0, {{}, {}, "bob@ims.test"}, 9).events.size(), 0u);
}

TEST(EventLog, ShowsTheLastOnes) {
    EventLog log(10);
    fill(log, 5);
    const EventPage page = log.tail({}, 2);
    EXPECT_THAT(ids(page), ElementsAre(4, 5));
    EXPECT_TRUE(page.more);
    EXPECT_EQ(page.next, 5u);
    EXPECT_FALSE(log.tail({}, 5).more);
}

TEST(EventLog, ShowsTheLastOnes_WhenOthersAreOverwritten) {
    EventLog log(3, 5);
    fill(log, 7);
    const EventPage page = log.tail({}, 10);
    EXPECT_THAT(ids(page), ElementsAre(9, 10, 11));
    EXPECT_FALSE(page.more);
    EXPECT_THAT(ids(log.tail({}, 10, 11)), ElementsAre(9, 10));
    EXPECT_EQ(log.oldest(), 9u);
}

TEST(EventLog, WakesSubscribersUntilTheyLeave) {
    EventLog log(10);
    int first = 0, second = 0;
    const int subscription = log.subscribe([&first] { ++first; });
    (void)log.subscribe([&second] { ++second; });
    fill(log, 2);
    log.unsubscribe(subscription);
    fill(log, 1);
    EXPECT_EQ(first, 2);
    EXPECT_EQ(second, 3);
}

TEST(EventLog, ContinuesTheIdsOfAnEarlierOne) {
    EventLog log(10, 5);
    log.continue_after(3);
    EXPECT_EQ(log.newest(), 4u) << "its own are larger already";
    log.continue_after(100);
    EXPECT_EQ(log.append(Event{}), 101u);
    EXPECT_EQ(log.total(), 1u);
    EXPECT_EQ(log.read(0, {}, 10).lost, 0u);
}

} // namespace
} // namespace gmguard::admin
