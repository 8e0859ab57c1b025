// SPDX-License-Identifier: BSD-2-Clause
#include "admin/webhook.hpp"

#include "admin/json_write.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace gmguard::admin {
namespace {

// Whether the same body fares no better another time (RFC 9110 15.5). What an operator can put
// right (a token, a path) is tried again.
bool is_final(unsigned status) {
    return status == 400 || status == 413 || status == 415 || status == 422;
}

} // namespace

Webhook::Webhook(boost::asio::any_io_executor executor) : Webhook(std::move(executor), Limits{}) {}

Webhook::Webhook(boost::asio::any_io_executor executor, Limits limits)
    : executor_(std::move(executor)), limits_(limits), timer_(executor_), pause_(limits.first),
      self_(std::make_shared<Webhook*>(this)) {}

Webhook::~Webhook() {
    *self_ = nullptr;
}

void Webhook::aim(WebhookPlace place) {
    place_ = std::move(place);
    if (place_.remote.where.empty()) {
        current_.reset();
        waiting_.clear();
        counts_.problem.clear();
    }
}

void Webhook::post(const Event& event) {
    if (place_.remote.where.empty())
        return;
    if (waiting_.size() >= limits_.waiting) {
        waiting_.pop_front();
        ++counts_.given_up;
    }
    waiting_.push_back(boost::json::serialize(to_json(event)));
    if (!busy_)
        attempt();
}

void Webhook::attempt() {
    if (!current_ && !waiting_.empty()) {
        current_ = std::move(waiting_.front());
        waiting_.pop_front();
    }
    busy_ = current_.has_value();
    if (!busy_)
        return;
    Request request{"POST", place_.target, {}, *current_, ""};
    request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "gmguard"}};
    HttpClient(place_.remote, limits_.answer)
        .start(executor_, std::move(request), [self = self_](const Result<Response>& answer) {
            if (*self)
                (*self)->ended(answer);
        });
}

void Webhook::ended(const Result<Response>& answer) {
    const unsigned status = answer ? answer->status : 0;
    const bool delivered = status >= 200 && status < 300;
    counts_.delivered += delivered ? 1 : 0;
    counts_.refused += is_final(status) ? 1 : 0;
    counts_.problem = delivered || place_.remote.where.empty() ? ""
                      : answer ? "answers with status " + std::to_string(status)
                               : answer.error().text();
    if (delivered || is_final(status)) {
        current_.reset();
        pause_ = limits_.first;
        return attempt();
    }
    ++counts_.failed;
    if (current_)
        return wait();
    attempt();
}

void Webhook::wait() {
    timer_.expires_after(pause_);
    pause_ = std::min(2 * pause_, limits_.longest);
    timer_.async_wait([self = self_](const boost::system::error_code& error) {
        if (!error && *self)
            (*self)->attempt();
    });
}

WebhookCounts Webhook::counts() const {
    WebhookCounts counts = counts_;
    counts.waiting = waiting_.size() + (current_ ? 1 : 0);
    return counts;
}

} // namespace gmguard::admin
