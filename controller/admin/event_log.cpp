// SPDX-License-Identifier: BSD-2-Clause
#include "admin/event_log.hpp"

#include <algorithm>
#include <utility>

namespace gmguard::admin {
namespace {

bool speaks_of(const Event& event, const std::string& impi) {
    return (event.sip && event.sip->impi == impi) ||
           (event.bound_to && event.bound_to->impi == impi);
}

} // namespace

bool EventFilter::matches(const Event& event) const {
    if (!types.empty() && std::ranges::find(types, event.type) == types.end())
        return false;
    if (!reasons.empty() &&
        (!event.reason || std::ranges::find(reasons, *event.reason) == reasons.end()))
        return false;
    return impi.empty() || speaks_of(event, impi);
}

EventLog::EventLog(std::size_t capacity, std::uint64_t first_id)
    : capacity_(std::max<std::size_t>(capacity, 1)), first_id_(first_id), next_id_(first_id) {
    ring_.reserve(capacity_); // memory comes with what is written
}

void EventLog::continue_after(std::uint64_t id) {
    first_id_ = next_id_ = std::max(next_id_, id + 1);
}

std::uint64_t EventLog::append(Event event) {
    event.id = next_id_++;
    if (ring_.size() == capacity_)
        ring_[(event.id - first_id_) % capacity_] = std::move(event);
    else
        ring_.push_back(std::move(event));
    for (const auto& [id, wake] : subscribers_)
        wake();
    return newest();
}

EventPage EventLog::read(std::uint64_t after, const EventFilter& filter, std::size_t limit) const {
    if (after > newest())
        after = 0;
    EventPage page;
    const std::uint64_t wanted = std::max(after + 1, first_id_);
    const std::uint64_t first = std::max(wanted, oldest());
    page.lost = first - wanted;
    page.next = std::max(first, 1ul) - 1;
    for (std::uint64_t id = first; id < next_id_; ++id) {
        const Event& event = at(id);
        if (filter.matches(event)) {
            page.more = page.events.size() == limit;
            if (page.more)
                return page;
            page.events.push_back(event);
        }
        page.next = id;
    }
    return page;
}

EventPage EventLog::tail(const EventFilter& filter, std::size_t limit, std::uint64_t before) const {
    EventPage page;
    page.next = newest();
    for (std::uint64_t id = next_id_; id-- > oldest();) {
        const Event& event = at(id);
        if (id >= before || !filter.matches(event))
            continue;
        page.more = page.events.size() == limit;
        if (page.more)
            break;
        page.events.push_back(event);
    }
    std::ranges::reverse(page.events);
    return page;
}

int EventLog::subscribe(std::function<void()> wake) {
    subscribers_.emplace(next_subscription_, std::move(wake));
    return next_subscription_++;
}

void EventLog::unsubscribe(int subscription) {
    subscribers_.erase(subscription);
}

} // namespace gmguard::admin
