// SPDX-License-Identifier: BSD-2-Clause
// Events that are posted to the real server (where they find no route: 404), and to nobody.
#include "admin/webhook.hpp"

#include "unit/admin/running_server.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace gmguard::admin {
namespace {

using namespace std::chrono_literals;

Event failed_event(std::uint64_t id) {
    Event event;
    event.id = id;
    event.type = EventType::auth_timeout;
    return event;
}

Webhook::Limits quick(std::size_t waiting = 10) {
    return {20ms, 40ms, 2'000ms, waiting};
}

class WebhookTest : public testing::Test {
  protected:
    void run_until(const std::function<bool()>& done) {
        for (int i = 0; i < 500 && !done(); ++i)
            io.run_for(10ms);
        EXPECT_TRUE(done());
    }
    static WebhookPlace nowhere() { return {{"unix:/nowhere/hook.sock", "", {}}, "/"}; }

    boost::asio::io_context io;
};

TEST_F(WebhookTest, PostsNothing_WhereNoneIsConfigured) {
    Webhook webhook(io.get_executor(), quick());
    webhook.post(failed_event(1));
    io.run_for(50ms);
    EXPECT_EQ(webhook.counts().waiting, 0U);
    EXPECT_EQ(webhook.counts().failed, 0U);
}

TEST_F(WebhookTest, TriesAgain_AndSaysWhy) {
    Webhook webhook(io.get_executor(), quick());
    webhook.aim(nowhere());
    webhook.post(failed_event(1));
    run_until([&] { return webhook.counts().failed >= 3; });
    EXPECT_EQ(webhook.counts().waiting, 1U);
    EXPECT_NE(webhook.counts().problem.find("/nowhere/hook.sock"), std::string::npos)
        << webhook.counts().problem;
}

TEST_F(WebhookTest, WaitsLonger_EachTime) {
    Webhook webhook(io.get_executor(), {100ms, 10'000ms, 2'000ms, 10});
    webhook.aim(nowhere());
    webhook.post(failed_event(1));
    io.run_for(1'000ms); // at 0, 100, 300 and 700 ms; the next is at 1,500
    EXPECT_GE(webhook.counts().failed, 3U);
    EXPECT_LE(webhook.counts().failed, 4U);
}

TEST_F(WebhookTest, KeepsTheNewest_AndCountsWhatItGivesUp) {
    Webhook webhook(io.get_executor(), quick(3));
    webhook.aim(nowhere());
    for (std::uint64_t id = 1; id <= 6; ++id)
        webhook.post(failed_event(id));
    EXPECT_EQ(webhook.counts().waiting, 4U) << "the first one is under way";
    EXPECT_EQ(webhook.counts().given_up, 2U);
}

TEST_F(WebhookTest, PostsToTheServer_WhichSaysNo) {
    RunningServer server;
    Webhook webhook(io.get_executor(), quick());
    webhook.aim({{server.where(), "", {}}, "/no/such/route"});
    webhook.post(failed_event(1));
    run_until([&] { return webhook.counts().failed > 0; });
    EXPECT_EQ(webhook.counts().problem, "answers with status 404");
    EXPECT_EQ(webhook.counts().delivered, 0U);
}

// What /v1/explain says to an event is 422: it would say so again.
TEST_F(WebhookTest, DoesNotRepeat_WhatIsRefusedForItsContent) {
    RunningServer server;
    Webhook webhook(io.get_executor(), quick());
    webhook.aim({{server.where(), "", {}}, "/v1/explain"});
    webhook.post(failed_event(1));
    run_until([&] { return webhook.counts().refused == 1; });
    EXPECT_EQ(webhook.counts().waiting, 0U);
    EXPECT_EQ(webhook.counts().failed, 0U);
}

TEST_F(WebhookTest, ForgetsWhatWaits_WhenItIsNoLongerWanted) {
    Webhook webhook(io.get_executor(), quick());
    webhook.aim(nowhere());
    webhook.post(failed_event(1));
    webhook.post(failed_event(2));
    webhook.aim({});
    io.run_for(100ms);
    EXPECT_EQ(webhook.counts().waiting, 0U);
    EXPECT_EQ(webhook.counts().problem, "");
}

TEST_F(WebhookTest, MayEnd_WhileAnAttemptIsUnderWay) {
    auto webhook = std::make_unique<Webhook>(io.get_executor(), quick());
    webhook->aim(nowhere());
    webhook->post(failed_event(1));
    webhook.reset();
    io.run_for(100ms);
}

} // namespace
} // namespace gmguard::admin
