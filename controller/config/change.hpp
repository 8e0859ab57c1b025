// SPDX-License-Identifier: BSD-2-Clause
// What two configurations differ in, and which of it a guard can take over while it runs.
#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace gmguard::config {

struct Change {
    std::string key;    // as Setting::path, but elements by their names: "listener[gm].mode"
    std::string before; // as JSON; empty: not there
    std::string after;
    Place place; // of `after`; line 0: it is its default, or not there
};

// Value by value, in the order of the schema. Elements of lists are known by their names: one that
// stands elsewhere is none.
[[nodiscard]] std::vector<Change> changes(const Config& before, const Config& after);

// Whether they mean the same, whatever files they are from.
[[nodiscard]] bool same(const Config& a, const Config& b);

// `running` with all of `wanted` that can change while the guard runs. What differs from `wanted`
// then, cannot: whatever this function does not name is refused, also what is added later.
[[nodiscard]] Config reachable(const Config& running, const Config& wanted);

// What keeps a running guard from `wanted`: a problem for each value that cannot change, at its
// place in `wanted.file`. Empty: nothing.
[[nodiscard]] std::vector<Problem> obstacles(const Config& running, const Config& wanted);

} // namespace gmguard::config
