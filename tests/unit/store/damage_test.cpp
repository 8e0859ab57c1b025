// SPDX-License-Identifier: BSD-2-Clause
// Files that are damaged, cut or of another version: all of what was kept, or nothing.
#include "unit/store/place.hpp"

#include <filesystem>
#include <random>

namespace gmguard::store {
namespace {

class Damage : public StoreTest {
  protected:
    void SetUp() override {
        open();
        fill(40);
        store_.reset();
        whole_ = read_bytes(path_);
        ASSERT_GE(whole_.size(), 4096u);
    }
    // Whether the store opens on these bytes with all that was kept (true), or empty and with the
    // old file aside. Nothing else may happen.
    bool is_whole(const std::string& bytes) {
        write_bytes(path_, bytes);
        open();
        EXPECT_FALSE(store_->problem());
        const std::string aside = store_->take_moved_aside();
        const bool kept = aside.empty();
        EXPECT_EQ(ids(), kept ? all() : std::vector<std::uint64_t>{});
        EXPECT_EQ(changes().size(), kept ? 1u : 0u);
        if (kept)
            EXPECT_EQ(changes().front().after, "{\"default\":\"off\"}");
        else
            EXPECT_EQ(read_bytes(aside), bytes);
        EXPECT_TRUE(store_->begin(change())) << "and takes records";
        store_.reset();
        std::filesystem::remove_all(scratch_.path("state"));
        std::filesystem::create_directory(scratch_.path("state"));
        return kept;
    }
    static std::vector<std::uint64_t> all() {
        std::vector<std::uint64_t> ids;
        for (std::uint64_t id = 1; id <= 40; ++id)
            ids.push_back(id);
        return ids;
    }

    std::string whole_;
    std::mt19937 random_{3};
};

TEST_F(Damage, UnalteredIsKept) {
    EXPECT_TRUE(is_whole(whole_));
}

TEST_F(Damage, AnyBitFlipIsHarmlessOrTheFileIsMovedAside) {
    int aside = 0;
    for (int i = 0; i < 1'000 && !HasFailure(); ++i) {
        std::string bytes = whole_;
        bytes[random_() % bytes.size()] ^= static_cast<char>(1u << (random_() % 8));
        aside += is_whole(bytes) ? 0 : 1;
    }
    EXPECT_GT(aside, 100) << "the file is mostly empty pages, but not all";
}

// What is cut may be bytes that nothing is in: then nothing is missing.
TEST_F(Damage, AnyTruncationIsHarmlessOrTheFileIsMovedAside) {
    int aside = 0;
    for (int i = 0; i < 500 && !HasFailure(); ++i)
        aside += is_whole(whole_.substr(0, random_() % whole_.size())) ? 0 : 1;
    EXPECT_GT(aside, 450);
    EXPECT_FALSE(is_whole(""));
}

TEST_F(Damage, GarbageAndOtherFilesAreMovedAside) {
    EXPECT_FALSE(is_whole("no database at all"));
    std::string noise(20'000, 0);
    for (char& c : noise)
        c = static_cast<char>(random_());
    EXPECT_FALSE(is_whole(noise));
    EXPECT_FALSE(is_whole(whole_.substr(0, 100) + noise));
}

TEST_F(Damage, AnotherVersionIsMovedAside) {
    std::string later = whole_;
    later[63] = 2; // the last byte of user_version in the header of SQLite
    EXPECT_FALSE(is_whole(later));
}

TEST_F(Damage, ALogWithoutItsFileIsMovedAsideToo) {
    std::filesystem::remove(path_);
    write_bytes(path_ + "-wal", "left by another file");
    open();
    EXPECT_FALSE(store_->problem());
    EXPECT_TRUE(ids().empty());
}

TEST_F(Damage, AFileThatWasNeverFinishedIsMadeAnew) {
    std::filesystem::remove(path_);
    write_bytes(path_ + ".new", whole_.substr(0, 5000));
    open();
    EXPECT_FALSE(store_->problem());
    EXPECT_EQ(store_->take_moved_aside(), "");
    EXPECT_TRUE(ids().empty());
}

} // namespace
} // namespace gmguard::store
