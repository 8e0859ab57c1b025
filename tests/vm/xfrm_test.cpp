// SPDX-License-Identifier: BSD-2-Clause
// The feed against a kernel that has ESP. Each case has a network namespace of its own, in which
// `ip xfrm` is the P-CSCF. Needs root, iproute2, and modules esp4, esp6, xfrm_user.
#include "xfrm/feed.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

namespace gmguard::test {
namespace {

using namespace gmguard::xfrm;

constexpr const char* kNetns = "gmxfrm";
constexpr const char* kKeys =
    "auth-trunc 'hmac(sha1)' 0x00112233445566778899aabbccddeeff00000000 96 "
    "enc 'cbc(aes)' 0x0f1e2d3c4b5a69788796a5b4c3d2e1f0";

void ip(const std::string& words) {
    const auto command = fmt::format("ip -n {} {}", kNetns, words);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
    std::string out;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
        out += static_cast<char>(c);
    return out;
}

std::string name_of(unsigned spi) {
    return fmt::format("src 10.40.0.2 dst 10.40.0.1 proto esp spi {}", spi);
}

std::string adding(unsigned spi, const std::string& more = "") {
    return fmt::format("xfrm state add {} reqid {} mode transport {} "
                       "sel src 10.40.0.2/32 dst 10.40.0.1/32 sport 45061 dport 6100 {}",
                       name_of(spi), spi, kKeys, more);
}

// Many commands in one process.
void batch(const std::vector<std::string>& lines) {
    const std::string path = "/tmp/gmguard-xfrm.batch";
    {
        std::ofstream file(path);
        for (auto line : lines) {
            std::erase(line, '\'');
            file << line << '\n';
        }
    }
    ip("-batch " + path);
}

class Xfrm : public testing::Test {
  protected:
    void SetUp() override {
        (void)std::system("modprobe -aq xfrm_user esp4 esp6; ip netns del gmxfrm 2>/dev/null");
        ASSERT_EQ(std::system("ip netns add gmxfrm"), 0);
    }
    void TearDown() override { (void)std::system("ip netns del gmxfrm"); }

    void open() {
        auto feed = Feed::open(kNetns);
        ASSERT_TRUE(feed.has_value()) << feed.error().text();
        feed_.emplace(std::move(*feed));
        settle();
        ASSERT_TRUE(feed_->is_whole());
    }
    // Reads until nothing has come for that long.
    void settle(int quiet_ms = 200) {
        pollfd waits{feed_->fd(), POLLIN, 0};
        do {
            auto more = feed_->consume();
            while (more.has_value() && *more)
                more = feed_->consume();
            ASSERT_TRUE(more.has_value()) << more.error().text();
        } while (::poll(&waits, 1, quiet_ms) > 0);
    }
    const Sa* find(unsigned spi) const {
        return feed_->table().find({*Address::parse("10.40.0.1"), spi, 50, {}});
    }
    // "+4097 -4097"
    std::string news() {
        std::string out;
        for (const auto& each : feed_->take_news()) {
            constexpr const char* kSigns = "+~-!";
            out += out.empty() ? "" : " ";
            out += kSigns[static_cast<int>(each.what)] + std::to_string(each.sa.key.spi);
        }
        return out;
    }
    // What both know, SPI by SPI.
    void expect_as_the_kernel() const {
        const auto there =
            output_of("ip -n gmxfrm xfrm state | awk '/proto esp/ {print $4}' | sort");
        std::vector<unsigned> spis;
        feed_->table().for_each([&spis](const Sa& sa) { spis.push_back(sa.key.spi); });
        std::ranges::sort(spis);
        std::string here;
        for (const auto spi : spis)
            here += fmt::format("{:#010x}\n", spi);
        EXPECT_EQ(here, there);
    }

    std::optional<Feed> feed_;
};

TEST_F(Xfrm, FeedListsWhatIsThere) {
    ip(adding(0x1001));
    ip("xfrm policy add src 10.40.0.2/32 dst 10.40.0.1/32 sport 45061 dport 6100 dir in priority "
       "2080 tmpl src 10.40.0.2 dst 10.40.0.1 proto esp reqid 4097 mode transport");
    ip("xfrm state add src 2001:db8::7 dst 2001:db8::1 proto esp spi 0x2002 mode transport aead "
       "'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff01020304 128");
    open();
    EXPECT_EQ(feed_->table().size(), 2U);
    const Sa* sa = find(0x1001);
    ASSERT_NE(sa, nullptr);
    EXPECT_EQ(sa->integrity.text(), "hmac(sha1) 160/96");
    EXPECT_EQ(sa->encryption.text(), "cbc(aes) 128");
    EXPECT_EQ(sa->selector.text(), "10.40.0.2/32 port 45061 > 10.40.0.1/32 port 6100");
    EXPECT_EQ(sa->hard, Limit{});
    EXPECT_NE(sa->usage.added, 0U);
    ASSERT_EQ(feed_->table().policies_of(*sa).size(), 1U);
    EXPECT_EQ(feed_->table().policies_of(*sa)[0].direction, Direction::in);
    const Sa* gcm = feed_->table().find({*Address::parse("2001:db8::1"), 0x2002, 50, {}});
    ASSERT_NE(gcm, nullptr);
    EXPECT_EQ(gcm->aead.text(), "rfc4106(gcm(aes)) 160/128");
}

TEST_F(Xfrm, FeedFollowsTheKernel) {
    open();
    ip(adding(0x1001));
    ip(adding(0x1002));
    settle();
    EXPECT_EQ(news(), "+4097 +4098");
    ip("xfrm state update " + name_of(0x1001) + " reqid 4097 mode transport " + kKeys +
       " sel src 10.40.0.2/32 dst 10.40.0.1/32 sport 45061 dport 6100 limit time-hard 3600");
    settle();
    EXPECT_EQ(news(), "~4097");
    EXPECT_EQ(find(0x1001)->hard.add_seconds, 3600U);
    ip("xfrm state delete " + name_of(0x1001));
    settle();
    EXPECT_EQ(news(), "-4097");
    ip("xfrm state flush proto esp");
    settle();
    EXPECT_EQ(news(), "-4098");
    EXPECT_EQ(feed_->losses(), 0U);
}

TEST_F(Xfrm, FeedSeesLivesEnd) {
    open();
    ip(adding(0x1001, "limit time-soft 1 limit time-hard 2"));
    settle(4000);
    EXPECT_EQ(news(), "+4097 !4097 -4097");
    expect_as_the_kernel();
}

TEST_F(Xfrm, FeedFollowsPolicies) {
    open();
    const std::string selector = "src 10.40.0.2/32 dst 10.40.0.1/32 sport 45061 dport 6100 dir in";
    ip("xfrm policy add " + selector + " tmpl proto esp reqid 4097 mode transport");
    settle();
    EXPECT_EQ(feed_->table().policies().size(), 1U);
    ip("xfrm policy delete " + selector);
    settle();
    EXPECT_TRUE(feed_->table().policies().empty());
}

// Notices are lost while the daemon does something else: SAs that went in that time are told as
// gone, those that came as there, and those that stayed are told as nothing.
TEST_F(Xfrm, FeedDumpsAgainAfterALoss) {
    std::vector<std::string> lines;
    for (unsigned spi = 1001; spi <= 1100; ++spi)
        lines.push_back(adding(spi));
    batch(lines);
    open();
    (void)news();
    const int room = 4096;
    ASSERT_EQ(::setsockopt(feed_->fd(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room), 0);
    lines.clear();
    for (unsigned spi = 2001; spi <= 2300; ++spi)
        lines.push_back(adding(spi));
    for (unsigned spi = 1001; spi <= 1050; ++spi)
        lines.push_back("xfrm state delete " + name_of(spi));
    batch(lines);
    settle();
    EXPECT_GE(feed_->losses(), 1U);
    EXPECT_TRUE(feed_->is_whole());
    EXPECT_EQ(feed_->table().size(), 350U);
    expect_as_the_kernel();
    unsigned added = 0, removed = 0;
    for (const auto& each : feed_->take_news()) {
        added += each.what == SaNews::What::added ? 1 : 0;
        removed += each.what == SaNews::What::removed ? 1 : 0;
        EXPECT_TRUE(each.sa.key.spi <= 1050 || each.sa.key.spi >= 2001) << each.sa.key.spi;
    }
    EXPECT_EQ(added, 300U);
    EXPECT_EQ(removed, 50U);
}

// Dumps of many parts, while another process adds and deletes.
TEST_F(Xfrm, FeedIsRightWhileMuchChanges) {
    std::vector<std::string> lines;
    for (unsigned spi = 1001; spi <= 2000; ++spi)
        lines.push_back(adding(spi));
    batch(lines);
    open();
    lines.clear();
    for (unsigned spi = 1001; spi <= 2000; ++spi) {
        lines.push_back("xfrm state delete " + name_of(spi));
        if (spi % 2 == 0)
            lines.push_back(adding(spi));
        lines.push_back(adding(spi + 2000));
    }
    {
        std::ofstream file("/tmp/gmguard-xfrm.batch");
        for (auto line : lines) {
            std::erase(line, '\'');
            file << line << '\n';
        }
    }
    ASSERT_EQ(std::system("ip -n gmxfrm -batch /tmp/gmguard-xfrm.batch &"), 0);
    for (int dumps = 0; dumps < 20; ++dumps) {
        ASSERT_TRUE(feed_->refresh().has_value());
        settle(20);
    }
    settle(1500);
    EXPECT_EQ(feed_->table().size(), 1500U);
    expect_as_the_kernel();
}

TEST_F(Xfrm, FeedSeesItsOwnNamespaceAlone) {
    open();
    ASSERT_EQ(std::system(("ip " + adding(0x1001)).c_str()), 0);
    settle();
    EXPECT_EQ(news(), "");
    ASSERT_EQ(std::system(("ip xfrm state delete " + name_of(0x1001)).c_str()), 0);
}

} // namespace
} // namespace gmguard::test
