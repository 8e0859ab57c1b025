// SPDX-License-Identifier: BSD-2-Clause
#include "admin/unix_socket.hpp"
#include "unit/admin/scratch.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include <sys/socket.h>
#include <unistd.h>

namespace gmguard::admin {
namespace {

class UnixSocket : public testing::Test {
  protected:
    Scratch scratch_;
    std::string path_ = scratch_.path("admin.sock");

    bool exists() const { return access(path_.c_str(), F_OK) == 0; }
};

TEST(UnixSocketPeer, IsWhoMadeTheConnection) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    EXPECT_EQ(peer_of(ends[0]), "uid " + std::to_string(getuid()) + " gid " +
                                    std::to_string(getgid()) + " pid " + std::to_string(getpid()));
    close(ends[0]);
    close(ends[1]);
    EXPECT_EQ(peer_of(-1), "unknown");
}

TEST_F(UnixSocket, IsForOwnerAndGroup) {
    const auto socket = ListeningSocket::open(path_);
    ASSERT_TRUE(socket) << socket.error().text();
    struct stat made{};
    ASSERT_EQ(lstat(path_.c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 07777, 0660u);
}

TEST_F(UnixSocket, IsRemovedAtTheEnd) {
    {
        const auto socket = ListeningSocket::open(path_);
    }
    EXPECT_FALSE(exists());
}

TEST_F(UnixSocket, ReplacesOneThatNobodyAnswersOn) {
    {
        auto dead = ListeningSocket::open(path_);
        ASSERT_TRUE(dead);
        close(dead->release());
        const std::string kept = path_ + ".kept";
        ASSERT_EQ(rename(path_.c_str(), kept.c_str()), 0); // as after a crash: not removed
        dead->remove();
        ASSERT_EQ(rename(kept.c_str(), path_.c_str()), 0);
    }
    ASSERT_TRUE(exists());
    EXPECT_TRUE(ListeningSocket::open(path_));
}

TEST_F(UnixSocket, IsNotTakenFromAnotherProcess) {
    const auto first = ListeningSocket::open(path_);
    ASSERT_TRUE(first);
    const auto second = ListeningSocket::open(path_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_TRUE(exists());
}

TEST_F(UnixSocket, LeavesFilesThatAreNoSocketsAlone) {
    std::ofstream(path_) << "precious";
    const auto socket = ListeningSocket::open(path_);
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().kind, ErrorKind::conflict);
    EXPECT_TRUE(exists());
}

TEST_F(UnixSocket, LeavesASuccessorsSocketAlone) {
    auto first = ListeningSocket::open(path_);
    ASSERT_TRUE(first);
    ASSERT_EQ(unlink(path_.c_str()), 0);
    const auto second = ListeningSocket::open(path_);
    ASSERT_TRUE(second);
    first->remove();
    EXPECT_TRUE(exists());
}

TEST_F(UnixSocket, SaysWhy_WhenThereIsNoDirectory) {
    const auto socket = ListeningSocket::open(scratch_.path("none/admin.sock"));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().kind, ErrorKind::system);
    EXPECT_EQ(socket.error().code, ENOENT);
}

} // namespace
} // namespace gmguard::admin
