// SPDX-License-Identifier: BSD-2-Clause
// Events as they are shown: from the log in memory, and what that has no longer, from the store.
#pragma once

#include "admin/event_log.hpp"
#include "store/store.hpp"

namespace gmguard::admin {

struct PastPage {
    std::vector<store::Shown> items; // oldest first
    std::uint64_t next = 0;          // `after` of the next question
    std::uint64_t lost = 0;          // events after `after` that nobody has
    bool more = false;               // `limit` cut the answer
};

// As EventLog::read() and tail(); where the store is down, just that.
[[nodiscard]] PastPage read_past(const EventLog& log, const store::Store& store,
                                 std::uint64_t after, const EventFilter& filter, std::size_t limit);
[[nodiscard]] PastPage tail_of_past(const EventLog& log, const store::Store& store,
                                    const EventFilter& filter, std::size_t limit,
                                    std::uint64_t before = kAnyId);

} // namespace gmguard::admin
