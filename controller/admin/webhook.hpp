// SPDX-License-Identifier: BSD-2-Clause
// Posts events as JSON to where an operator wants them, in their order, one at a time. What cannot
// be delivered is tried again, ever more seldom, until it is; nothing waits for it. The newest ones
// are kept: what is the oldest when there are too many is given up and counted.
#pragma once

#include "admin/event.hpp"
#include "admin/http_client.hpp"
#include "admin/report_figures.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace gmguard::admin {

struct WebhookPlace {
    Remote remote;
    std::string target; // "/path"
};

class Webhook {
  public:
    // How it waits and how much it keeps.
    struct Limits {
        std::chrono::milliseconds first{1'000}, longest{60'000}; // between attempts
        std::chrono::milliseconds answer{10'000};                // for each step of one
        std::size_t waiting = 1'000;
    };

    explicit Webhook(boost::asio::any_io_executor executor);
    Webhook(boost::asio::any_io_executor executor, Limits limits);
    ~Webhook();
    Webhook(const Webhook&) = delete;
    Webhook& operator=(const Webhook&) = delete;

    // From the next attempt on. Where `remote.where` is empty nothing is posted, nor kept.
    void aim(WebhookPlace place);
    void post(const Event& event);

    [[nodiscard]] WebhookCounts counts() const;

  private:
    void attempt();
    void ended(const Result<Response>& answer);
    void wait();

    boost::asio::any_io_executor executor_;
    Limits limits_;
    WebhookPlace place_;
    std::optional<std::string> current_; // under way, or to be tried again
    std::deque<std::string> waiting_;
    WebhookCounts counts_;
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds pause_;
    bool busy_ = false;              // an attempt, or the wait for one
    std::shared_ptr<Webhook*> self_; // null inside once it is gone: attempts outlive it
};

} // namespace gmguard::admin
