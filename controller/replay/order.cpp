// SPDX-License-Identifier: BSD-2-Clause
#include "replay/order.hpp"

#include "replay/framing.hpp"

#include <algorithm>
#include <utility>

namespace gmguard::replay {

void Order::forget_kept() {
    for (const auto& [at, segment] : kept_)
        *kept_of_all_ -= segment.ethernet.size();
    kept_.clear();
}

void Order::begin(std::uint32_t first) {
    forget_kept();
    begun_ = true;
    origin_ = seen_ = first;
    acknowledged_.reset();
}

void Order::acknowledge(std::uint32_t next) {
    if (begun_ && (!acknowledged_ || is_behind(next, *acknowledged_)))
        acknowledged_ = next;
}

std::optional<std::uint32_t> Order::received() const {
    if (!acknowledged_)
        return std::nullopt;
    return is_behind(*acknowledged_, seen_) ? seen_ : *acknowledged_;
}

Order::Place Order::place(const Segment& segment) {
    const std::uint32_t from = segment.tcp.sequence;
    const bool early = begun_ && is_behind(from, seen_);
    if (early && acknowledged_ && !is_behind(from, *acknowledged_)) {
        forget_kept();
        begun_ = false;
    }
    if (begun_)
        return early ? Place::early : Place::next;
    if (!begins_message(segment.data()))
        return Place::unknown;
    const auto acknowledged = std::exchange(acknowledged_, std::nullopt);
    begin(from);
    // One that the capture shows too late says nothing of these bytes.
    if (acknowledged && !is_behind(*acknowledged, from))
        acknowledged_ = acknowledged;
    return Place::first;
}

std::size_t Order::take(const Segment& segment) {
    const std::uint32_t from = segment.tcp.sequence;
    const std::size_t known =
        is_behind(from, seen_) ? 0 : std::min<std::size_t>(seen_ - from, segment.tcp.size);
    if (is_behind(segment.end(), seen_))
        seen_ = segment.end();
    return known;
}

bool Order::keep(Segment segment) {
    const std::size_t size = segment.ethernet.size();
    if (kept_.size() >= kKeptOfOne || *kept_of_all_ + size > kKeptOfAll) {
        forget_kept();
        begun_ = false;
        return false;
    }
    // The longest of those that begin alike.
    Segment& there = kept_[distance(segment.tcp.sequence)];
    if (there.tcp.size >= segment.tcp.size)
        return true;
    *kept_of_all_ += size;
    *kept_of_all_ -= there.ethernet.size();
    there = std::move(segment);
    return true;
}

std::optional<Segment> Order::kept() {
    if (kept_.empty() || kept_.begin()->first > distance(seen_))
        return std::nullopt;
    Segment segment = std::move(kept_.extract(kept_.begin()).mapped());
    *kept_of_all_ -= segment.ethernet.size();
    return segment;
}

} // namespace gmguard::replay
