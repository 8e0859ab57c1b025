// SPDX-License-Identifier: BSD-2-Clause
#include "app/confirmation.hpp"

#include <utility>

namespace gmguard::app {

void Confirmation::await(admin::Modes before, const feeds::Moment& now,
                         std::chrono::seconds within) {
    const std::chrono::nanoseconds span = within;
    const auto until_ns = now.ns + static_cast<std::uint64_t>(span.count());
    auto& kept = waiting_ ? waiting_->before : before;
    waiting_ = Waiting{std::move(kept), until_ns, now.wall_at(until_ns)};
}

std::optional<feeds::WallTime> Confirmation::falls_back() const {
    return waiting_ ? std::optional(waiting_->until) : std::nullopt;
}

Result<> Confirmation::confirm(const feeds::Moment& now) {
    if (!waiting_)
        return fail(ErrorKind::conflict, "mode", "no change waits to be confirmed");
    if (due(now))
        return fail(ErrorKind::conflict, "mode",
                    "its time is over: it falls back to what it was before", "change it again");
    forget();
    return {};
}

const admin::Modes* Confirmation::due(const feeds::Moment& now) const {
    return waiting_ && now.ns >= waiting_->until_ns ? &waiting_->before : nullptr;
}

const admin::Modes* Confirmation::before() const {
    return waiting_ ? &waiting_->before : nullptr;
}

} // namespace gmguard::app
