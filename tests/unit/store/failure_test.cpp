// SPDX-License-Identifier: BSD-2-Clause
// Disks that fail. That of a full or read-only file system is in tests/e2e.
#include "unit/store/place.hpp"

#include <csignal>
#include <filesystem>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gmguard::store {
namespace {

// While it lives no file may grow beyond so many bytes: writing fails as on a broken disk.
class FileLimit {
  public:
    explicit FileLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
    FileLimit(const FileLimit&) = delete;
    FileLimit& operator=(const FileLimit&) = delete;

  private:
    rlimit before_{};
};

using Failure = StoreTest;

TEST_F(Failure, AnIoErrorRefusesChanges_AndIsOverByItself) {
    open();
    fill(10);
    {
        const FileLimit none(1);
        const auto refused = store_->begin(change());
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
        EXPECT_EQ(refused.error().subject, path_);
        EXPECT_FALSE(store_->write(std::vector{entry(11)}, 0));
        ASSERT_TRUE(store_->problem());
    }
    store_->tick(kNow);
    EXPECT_FALSE(store_->problem());
    EXPECT_TRUE(store_->begin(change()));
    EXPECT_EQ(ids().size(), 10u);
    EXPECT_EQ(changes().size(), 2u);
}

TEST_F(Failure, HowAChangeEndedIsWrittenLater) {
    open();
    const auto id = store_->begin(change());
    ASSERT_TRUE(id);
    {
        const FileLimit none(1);
        store_->settle(*id, 204, "");
        ASSERT_TRUE(store_->problem());
    }
    store_->tick(kNow);
    ASSERT_EQ(changes().size(), 1u);
    EXPECT_TRUE(changes().front().settled);
    EXPECT_EQ(changes().front().status, 204u);
}

TEST_F(Failure, APlaceThatCannotBeIsUnavailable) {
    path_ = "/dev/null/gmguard.db";
    open();
    ASSERT_TRUE(store_->problem());
    EXPECT_EQ(store_->problem()->kind, ErrorKind::unavailable);
    EXPECT_FALSE(store_->begin(change()));
    EXPECT_FALSE(store_->entries({}));
    EXPECT_FALSE(store_->changes({}));
}

TEST_F(Failure, APlaceThatComesLaterIsTaken) {
    path_ = scratch_.path("a/gmguard.db");
    std::ofstream(scratch_.path("a")) << "in the way";
    open();
    EXPECT_TRUE(store_->problem());
    std::filesystem::remove(scratch_.path("a"));
    store_->tick(kNow);
    EXPECT_FALSE(store_->problem());
}

// What begin() took is there after kill -9, whatever came in between; the file is always usable.
TEST_F(Failure, KilledAtAnyMomentItHasWhatItTook) {
    for (int i = 0; i < 20 && !HasFailure(); ++i) {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        const pid_t child = fork();
        if (child == 0) {
            Store store({path_, {}});
            for (std::uint64_t id = store.newest() + 1;; ++id) {
                const auto begun = store.begin(change());
                if (!begun || ::write(ends[1], &*begun, sizeof *begun) < 0)
                    _exit(1);
                (void)store.write(std::vector{entry(id)}, 0);
                store.settle(*begun, 200, "{}");
            }
        }
        close(ends[1]);
        usleep(static_cast<useconds_t>(3'000 + 1'700 * i));
        kill(child, SIGKILL);
        std::uint64_t taken = 0;
        while (::read(ends[0], &taken, sizeof taken) == sizeof taken) {
        }
        close(ends[0]);
        waitpid(child, nullptr, 0);
        open();
        EXPECT_FALSE(store_->problem());
        EXPECT_EQ(store_->take_moved_aside(), "");
        EXPECT_TRUE(taken == 0 || changes({.limit = 1}).front().id >= taken);
        store_.reset();
    }
}

} // namespace
} // namespace gmguard::store
