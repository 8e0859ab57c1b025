// SPDX-License-Identifier: BSD-2-Clause
#include "unit/store/place.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace gmguard::store {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;
using Journal = StoreTest;

TEST_F(Journal, IsThereAgain_WhenTheFileIsOpenedAgain) {
    open();
    fill(3);
    const auto kept = open().entries({});
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->items.size(), 3u);
    EXPECT_EQ(kept->items[2].type, "bound");
    EXPECT_EQ(kept->items[2].text, "{\"id\":3}");
    EXPECT_EQ(store_->newest(), 3u);
    EXPECT_EQ(store_->size().events, 3u);
    EXPECT_GT(store_->size().bytes, 4096u);
}

TEST_F(Journal, IsForItsOwnerAlone) {
    open();
    struct stat file{}, directory{};
    ASSERT_EQ(stat(path_.c_str(), &file), 0);
    ASSERT_EQ(stat(scratch_.path("state").c_str(), &directory), 0);
    EXPECT_EQ(file.st_mode & 07777, 0600u);
    EXPECT_EQ(directory.st_mode & 07777, 0700u);
}

TEST_F(Journal, IsOfOneProcessAtATime) {
    open();
    fill(1);
    Store second({path_, {}});
    ASSERT_TRUE(second.problem());
    EXPECT_EQ(second.problem()->kind, ErrorKind::unavailable);
    EXPECT_EQ(second.take_moved_aside(), "");
    store_.reset();
    second.tick(kNow);
    EXPECT_FALSE(second.problem());
}

TEST_F(Journal, NeedsNoFile) {
    path_ = "";
    open({.events = 1'000'000});
    fill(10);
    EXPECT_EQ(ids().size(), 10u);
    EXPECT_EQ(store_->size().bytes, 0u);
}

TEST_F(Journal, GivesPages_InBothDirections) {
    open();
    fill(5);
    EXPECT_THAT(ids({.after = 1, .limit = 2}), ElementsAre(2, 3));
    EXPECT_THAT(ids({.before = 4, .newest_first = true, .limit = 2}), ElementsAre(3, 2));
    EXPECT_TRUE(store_->entries({.limit = 4})->more);
    EXPECT_FALSE(store_->entries({.limit = 5})->more);
}

TEST_F(Journal, FindsByWhatAnEntryIsAbout) {
    open();
    std::vector<Entry> list{entry(1), entry(2, Kind::chatter), entry(3), entry(4)};
    list[1].reason = "selector_taken";
    list[2].impi = "bob@ims.test";
    list[2].holder = "alice@ims.test";
    list[3] = entry(4, Kind::life, "carol@ims.test");
    list[3].binding = "b_2";
    list[3].selector = "2001:db8:1:2::/64";
    list[3].address = "2001:db8:1:2::";
    ASSERT_TRUE(store_->write(list, 0));
    EXPECT_THAT(ids({.types = {"drop", "lost"}}), ElementsAre(2));
    EXPECT_THAT(ids({.reasons = {"selector_taken"}}), ElementsAre(2));
    EXPECT_THAT(ids({.impi = "alice@ims.test"}), ElementsAre(1, 2, 3));
    EXPECT_THAT(ids({.impi = "alice@ims.test", .kind = Kind::life}), ElementsAre(1, 3));
    EXPECT_THAT(ids({.binding = "b_2", .kind = Kind::life}), ElementsAre(4));
    EXPECT_THAT(ids({.selectors = {"2001:db8:1:2::/64", "x"}, .kind = Kind::life}), ElementsAre(4));
    EXPECT_THAT(ids({.address = "192.0.2.7", .kind = Kind::life}), ElementsAre(1, 3));
    EXPECT_THAT(
        ids({.selectors = {"2001:db8:1:2::/64"}, .address = "192.0.2.7", .kind = Kind::life}),
        ElementsAre(1, 3, 4));
    EXPECT_THAT(ids({.impi = "' OR 1=1 --"}), IsEmpty());
}

TEST_F(Journal, KeepsNoMoreThanAsked_AndAFloodOfDropsPushesOutNothingElse) {
    open({.events = 100});
    std::vector<Entry> list;
    for (std::uint64_t id = 1; id <= 40; ++id)
        list.push_back(entry(id));
    for (std::uint64_t id = 41; id <= 1000; ++id)
        list.push_back(entry(id, Kind::chatter));
    ASSERT_TRUE(store_->write(list, 0));
    EXPECT_EQ(ids({.kind = Kind::life, .limit = 1000}).size(), 40u);
    EXPECT_EQ(ids({.kind = Kind::chatter, .limit = 1000}).size(), 50u);
    EXPECT_EQ(ids({.kind = Kind::chatter, .limit = 1}).front(), 951u);
    EXPECT_EQ(store_->size().events, 90u);
}

TEST_F(Journal, KeepsNothingLongerThanAsked) {
    open({.events_age = hours(24)});
    fill(10);
    store_->tick(kNow + hours(24) + std::chrono::milliseconds(5'500));
    EXPECT_THAT(ids(), ElementsAre(6, 7, 8, 9, 10));
    EXPECT_EQ(store_->size().events, 5u);
    store_->tick(kNow + hours(48));
    EXPECT_THAT(ids(), IsEmpty());
}

TEST_F(Journal, CountsWhatNobodyWrote) {
    open();
    ASSERT_TRUE(store_->write(std::vector{entry(5)}, 4));
    ASSERT_TRUE(store_->write(std::vector{entry(9)}, 3));
    EXPECT_EQ(store_->lost(0, 9), 7u);
    EXPECT_EQ(store_->lost(5, 9), 3u);
    EXPECT_EQ(store_->lost(9, 20), 0u);
}

} // namespace
} // namespace gmguard::store
