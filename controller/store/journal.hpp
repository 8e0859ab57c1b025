// SPDX-License-Identifier: BSD-2-Clause
// The tables of events. All of it within an open database; errors without a subject.
#pragma once

#include "store/database.hpp"
#include "store/entry.hpp"

#include <span>

namespace gmguard::store::journal {

// Rows of each share of the journal; half of what is kept is for each.
struct Rows {
    std::int64_t chatter = 0;
    std::int64_t others = 0;
};

[[nodiscard]] Result<Rows> count(const Database& database);
[[nodiscard]] Result<std::int64_t> newest(const Database& database);

// Within a transaction of the caller. Add to and take from `rows` what they add and remove.
[[nodiscard]] Result<> add(Database& database, std::span<const Entry> entries, std::uint64_t lost,
                           Rows& rows);
[[nodiscard]] Result<> keep_at_most(Database& database, std::uint64_t events, Rows& rows);
// At most kAtOnce of the oldest.
[[nodiscard]] Result<> remove_before(Database& database, Time time, Rows& rows);
inline constexpr std::int64_t kAtOnce = 2000;

[[nodiscard]] Result<EntryPage> find(const Database& database, const EntryQuery& query);
[[nodiscard]] Result<std::int64_t> lost(const Database& database, std::uint64_t after,
                                        std::uint64_t last);

[[nodiscard]] inline std::int64_t stamp_of(Time time) {
    return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}
[[nodiscard]] inline Time time_of(std::int64_t stamp) {
    return Time(std::chrono::microseconds(stamp));
}

} // namespace gmguard::store::journal
