// SPDX-License-Identifier: BSD-2-Clause
#include "unit/xfrm/messages.hpp"

#include "xfrm/feed.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace gmguard::test {
namespace {

using namespace gmguard::xfrm;
using Kind = Datagram::Kind;

struct Script {
    std::deque<std::pair<Kind, Octets>> datagrams;
    std::vector<Dump> asked;

    void answer(Octets octets) { datagrams.emplace_back(Kind::answer, std::move(octets)); }
    void notice(Octets octets) { datagrams.emplace_back(Kind::notice, std::move(octets)); }
    void lose() { datagrams.emplace_back(Kind::lost, Octets{}); }
    void done(std::uint16_t flags = 0, std::int32_t error = 0) {
        Octets payload;
        append(payload, error);
        answer(message(NLMSG_DONE, payload, static_cast<std::uint16_t>(NLM_F_MULTI | flags)));
    }
    // A dump of policies that has none.
    void no_policies() { done(); }
};

class FakeSource final : public Source {
  public:
    explicit FakeSource(Script& script) : script_(script) {}
    Result<> ask(Dump what) override {
        script_.asked.push_back(what);
        return {};
    }
    Result<Datagram> receive() override {
        if (script_.datagrams.empty())
            return Datagram{};
        last_ = std::move(script_.datagrams.front());
        script_.datagrams.pop_front();
        return Datagram{last_.first, last_.second};
    }
    int fd() const override { return -1; }

  private:
    Script& script_;
    std::pair<Kind, Octets> last_;
};

class XfrmFeed : public testing::Test {
  protected:
    void consume() {
        const auto more = feed_.consume();
        ASSERT_TRUE(more.has_value());
        EXPECT_FALSE(*more);
    }
    // "1001 1002"
    std::string spis() const {
        std::string out;
        feed_.table().for_each(
            [&out](const Sa& sa) { out += (out.empty() ? "" : " ") + std::to_string(sa.key.spi); });
        return out;
    }
    // The first dump, with what is in it.
    void begin_with(const Octets& sas) {
        script_.answer(sas);
        script_.done();
        script_.no_policies();
        consume();
        (void)feed_.take_news();
        script_.asked.clear();
    }

    Script script_;
    Feed feed_ = *Feed::over(std::make_unique<FakeSource>(script_));
    const SaText a_{.spi = 1001}, b_{.spi = 1002}, c_{.spi = 1003};
};

TEST_F(XfrmFeed, DumpsSasThenPoliciesThenIsWhole) {
    EXPECT_EQ(script_.asked, (std::vector{Dump::sas}));
    script_.answer(new_sa(a_) + new_sa(b_));
    script_.done();
    consume();
    EXPECT_EQ(script_.asked, (std::vector{Dump::sas, Dump::policies}));
    EXPECT_FALSE(feed_.is_whole());
    script_.answer(new_policy(a_, 16));
    script_.done();
    consume();
    EXPECT_TRUE(feed_.is_whole());
    EXPECT_EQ(spis(), "1001 1002");
    EXPECT_EQ(feed_.table().policies().size(), 1U);
    EXPECT_EQ(feed_.take_news().size(), 2U);
}

TEST_F(XfrmFeed, FollowsNoticesWhateverTheirHeaderSays) {
    begin_with(new_sa(a_));
    auto notice = new_sa(b_);
    auto* head = reinterpret_cast<nlmsghdr*>(notice.data());
    head->nlmsg_pid = 4097; // Kamailio writes the SPI there
    head->nlmsg_seq = 1;
    script_.notice(notice);
    script_.notice(deleted_sa(a_));
    consume();
    EXPECT_EQ(spis(), "1002");
}

TEST_F(XfrmFeed, AfterALossADumpSaysWhatIsGone) {
    begin_with(new_sa(a_) + new_sa(b_));
    script_.lose();
    consume();
    EXPECT_FALSE(feed_.is_whole());
    EXPECT_EQ(feed_.losses(), 1U);
    EXPECT_EQ(script_.asked, (std::vector{Dump::sas}));
    script_.answer(new_sa(b_) + new_sa(c_));
    consume();
    EXPECT_EQ(spis(), "1001 1002 1003"); // none is removed before the end
    script_.done();
    script_.no_policies();
    consume();
    EXPECT_EQ(spis(), "1002 1003");
    EXPECT_TRUE(feed_.is_whole());
    const auto news = feed_.take_news();
    ASSERT_EQ(news.size(), 2U);
    EXPECT_EQ(news[0].what, SaNews::What::added);
    EXPECT_EQ(news[1].what, SaNews::What::removed);
    EXPECT_EQ(news[1].sa.key.spi, 1001U);
}

TEST_F(XfrmFeed, ALossDuringADumpSpoilsIt) {
    begin_with(new_sa(a_));
    ASSERT_TRUE(feed_.refresh());
    script_.lose();
    script_.done();
    consume();
    EXPECT_EQ(spis(), "1001"); // the dump that lacked it did not count
    EXPECT_EQ(script_.asked, (std::vector{Dump::sas, Dump::sas}));
    script_.done();
    script_.no_policies();
    consume();
    EXPECT_EQ(spis(), "");
}

TEST_F(XfrmFeed, AnInterruptedDumpIsDoneAgain) {
    begin_with(new_sa(a_));
    ASSERT_TRUE(feed_.refresh());
    script_.answer(new_sa(b_, usual_algorithms(), NLM_F_MULTI | NLM_F_DUMP_INTR));
    script_.done();
    consume();
    EXPECT_EQ(spis(), "1001 1002");
    EXPECT_EQ(script_.asked, (std::vector{Dump::sas, Dump::sas}));
    script_.done(NLM_F_DUMP_INTR);
    consume();
    EXPECT_EQ(script_.asked.size(), 3U);
    EXPECT_EQ(spis(), "1001 1002");
}

TEST_F(XfrmFeed, AFlushDuringADumpSpoilsIt) {
    begin_with(new_sa(a_));
    ASSERT_TRUE(feed_.refresh());
    script_.notice(flushed_sas(0));
    script_.answer(new_sa(b_)); // from before the flush
    script_.done();
    consume();
    EXPECT_EQ(script_.asked, (std::vector{Dump::sas, Dump::sas}));
    script_.done();
    script_.no_policies();
    consume();
    EXPECT_EQ(spis(), "");
}

TEST_F(XfrmFeed, AFailedDumpRemovesNothingAndWaitsForTheNextRefresh) {
    begin_with(new_sa(a_));
    ASSERT_TRUE(feed_.refresh());
    script_.done(0, -EBUSY);
    consume();
    EXPECT_EQ(spis(), "1001");
    EXPECT_EQ(script_.asked, (std::vector{Dump::sas}));
    ASSERT_TRUE(feed_.refresh());
    EXPECT_EQ(script_.asked.size(), 2U);
}

TEST_F(XfrmFeed, OneDumpAtATime) {
    ASSERT_TRUE(feed_.refresh());
    EXPECT_EQ(script_.asked.size(), 1U);
}

TEST_F(XfrmFeed, ReadsAShare) {
    for (int i = 0; i < 10; ++i)
        script_.notice(new_sa(a_));
    const auto more = feed_.consume(4);
    ASSERT_TRUE(more.has_value());
    EXPECT_TRUE(*more);
    EXPECT_EQ(script_.datagrams.size(), 6U);
}

TEST_F(XfrmFeed, BrokenDatagramsEndTheirReading) {
    auto lies = new_sa(a_) + new_sa(b_);
    reinterpret_cast<nlmsghdr*>(lies.data())->nlmsg_len = 5;
    script_.notice(lies);
    script_.notice(Octets(3));
    script_.notice(Octets(64));
    consume();
    EXPECT_EQ(spis(), "");
}

} // namespace
} // namespace gmguard::test
