// SPDX-License-Identifier: BSD-2-Clause
// Events on their way to the store, and back.
#include "admin/event_stream.hpp"
#include "admin/journal.hpp"
#include "unit/admin/fake_guard.hpp"
#include "unit/admin/scratch.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Event event_of(EventType type) {
    Event event = drop_event();
    event.type = type;
    return event;
}

std::vector<std::uint64_t> ids(const PastPage& page) {
    std::vector<std::uint64_t> list;
    for (const auto& shown : page.items)
        list.push_back(shown.id);
    return list;
}

class JournalTest : public testing::Test {
  protected:
    Scratch scratch_;
    store::Store store_{{scratch_.path("gmguard.db"), {}}};
    EventLog log_{4};
    Journal journal_{log_, store_};

    void append(int count, EventType type = EventType::bound) {
        for (int i = 0; i < count; ++i)
            log_.append(event_of(type));
    }
    PastPage read(std::uint64_t after, std::size_t limit = 100) {
        return read_past(log_, store_, after, {}, limit);
    }
};

TEST_F(JournalTest, WritesEachEventOnce) {
    append(2);
    journal_.flush();
    journal_.flush();
    append(1);
    journal_.flush();
    EXPECT_EQ(store_.size().events, 3u);
    EXPECT_EQ(store_.newest(), 3u);
}

TEST_F(JournalTest, CountsWhatLeftTheLogUnwritten) {
    append(6);
    journal_.flush();
    EXPECT_EQ(store_.size().events, 4u);
    EXPECT_EQ(store_.size().lost, 2u);
    EXPECT_EQ(read(0).lost, 2u);
}

TEST_F(JournalTest, TakesOnlySoMuchOfAFlood_ButAllOfTheRest) {
    EventLog log(1000);
    Journal journal(log, store_);
    for (std::size_t i = 0; i < 2 * kChatterAtOnce; ++i)
        log.append(event_of(EventType::drop));
    for (int i = 0; i < 300; ++i)
        log.append(event_of(EventType::bound));
    journal.flush();
    EXPECT_EQ(store_.size().events, kChatterAtOnce + 300);
    EXPECT_EQ(store_.size().lost, kChatterAtOnce);
}

TEST_F(JournalTest, WhatTheLogHasNoLongerComesFromTheStore) {
    append(3);
    journal_.flush();
    append(4);
    journal_.flush();
    EXPECT_THAT(ids(read(0)), ElementsAre(1, 2, 3, 4, 5, 6, 7));
    EXPECT_THAT(ids(read(2, 3)), ElementsAre(3, 4, 5));
    EXPECT_TRUE(read(2, 3).more);
    EXPECT_EQ(read(0, 2).next, 2u);
    EXPECT_TRUE(read(0, 2).more);
    EXPECT_EQ(read(0).next, 7u);
    EXPECT_EQ(read(0).lost, 0u);
    EXPECT_THAT(ids(tail_of_past(log_, store_, {}, 6)), ElementsAre(2, 3, 4, 5, 6, 7));
    EXPECT_TRUE(tail_of_past(log_, store_, {}, 6).more);
    EXPECT_FALSE(tail_of_past(log_, store_, {}, 7).more);
    EXPECT_THAT(ids(tail_of_past(log_, store_, {}, 3, 6)), ElementsAre(3, 4, 5));
    EXPECT_THAT(ids(tail_of_past(log_, store_, {}, 3, 3)), ElementsAre(1, 2));
}

TEST_F(JournalTest, FiltersAreTheSameInBoth) {
    append(3, EventType::drop);
    journal_.flush();
    append(4);
    EventFilter filter;
    filter.types = {EventType::drop};
    filter.reasons = {GM_REASON_selector_taken};
    filter.impi = "alice@ims.test";
    EXPECT_THAT(ids(read_past(log_, store_, 0, filter, 10)), ElementsAre(1, 2, 3));
    filter.reasons = {GM_REASON_malformed};
    EXPECT_THAT(ids(read_past(log_, store_, 0, filter, 10)), ElementsAre());
}

// A reader of the stream resumes with Last-Event-ID after a restart of the controller.
TEST_F(JournalTest, ANextLifeGoesOn_WhereTheLastOneEnded) {
    append(2);
    journal_.flush();
    EventLog next(4, 1000);
    next.continue_after(store_.newest());
    next.append(event_of(EventType::alarm));
    EXPECT_THAT(ids(read_past(next, store_, 1, {}, 10)), ElementsAre(2, 1000));
    EXPECT_EQ(read_past(next, store_, 1, {}, 10).lost, 0u);
    EventStream stream(next, store_, {}, 1, StreamFormat::server_sent);
    const std::string piece = stream.take();
    EXPECT_THAT(piece, HasSubstr("id: 2\nevent: bound\ndata: {\"id\":2,"));
    EXPECT_THAT(piece, HasSubstr("id: 1000\nevent: alarm\n"));
    EXPECT_EQ(stream.take(), "");
}

TEST_F(JournalTest, ShowsAnEventAsItWas) {
    append(1, EventType::drop);
    const std::string now = read(0).items.at(0).text;
    journal_.flush();
    append(4);
    EXPECT_EQ(read(0).items.at(0).text, now);
    EXPECT_EQ(read(0).items.at(0).type, "drop");
}

} // namespace
} // namespace gmguard::admin
