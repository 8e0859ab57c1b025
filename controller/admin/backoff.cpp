// SPDX-License-Identifier: BSD-2-Clause
#include "admin/backoff.hpp"

#include <algorithm>

namespace gmguard::admin {
namespace {

using std::chrono::seconds;

constexpr unsigned kFree = 5;    // failures without a wait
constexpr unsigned kLongest = 6; // doublings of a second, about a minute
constexpr seconds kForgotten{600};
constexpr std::size_t kSources = 1024;

Address source_of(Address address) {
    return address.is_v4() ? address : address.masked(64);
}

} // namespace

seconds Backoff::wait(Address source, Clock::time_point now) const {
    const auto found = sources_.find(source_of(source));
    if (found == sources_.end() || found->second.until <= now)
        return seconds(0);
    return std::chrono::ceil<seconds>(found->second.until - now);
}

void Backoff::fail(Address source, Clock::time_point now) {
    make_room(now);
    Failures& failures = sources_[source_of(source)];
    ++failures.count;
    failures.last = now;
    if (failures.count >= kFree)
        failures.until = now + seconds(1u << std::min(failures.count - kFree, kLongest));
}

// Who failed long ago is forgotten; where all are new, who failed first.
void Backoff::make_room(Clock::time_point now) {
    std::erase_if(sources_,
                  [now](const auto& entry) { return now - entry.second.last > kForgotten; });
    if (sources_.size() < kSources)
        return;
    sources_.erase(std::ranges::min_element(sources_, {},
                                            [](const auto& entry) { return entry.second.last; }));
}

} // namespace gmguard::admin
