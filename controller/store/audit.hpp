// SPDX-License-Identifier: BSD-2-Clause
// The table of changes. All of it within an open database; errors without a subject.
#pragma once

#include "store/database.hpp"
#include "store/entry.hpp"

namespace gmguard::store::audit {

[[nodiscard]] Result<std::int64_t> count(const Database& database);

// Within a transaction of the caller. `change.id` 0: a new one, which gets its id here.
[[nodiscard]] Result<> put(Database& database, const Change& change);
// The change of this id, settled: put() it. None: it is kept no longer.
[[nodiscard]] Result<std::optional<Change>> find(const Database& database, std::uint64_t id);
// Gives how many it removed. At most as many at once as journal::kAtOnce.
[[nodiscard]] Result<std::int64_t> keep(Database& database, std::uint64_t most, Time since);

[[nodiscard]] Result<ChangePage> find(const Database& database, const ChangeQuery& query);
[[nodiscard]] Result<std::vector<Change>> unsettled(const Database& database);

} // namespace gmguard::store::audit
