// SPDX-License-Identifier: BSD-2-Clause
// The configuration as the admin interface shows, checks and changes it.
#pragma once

#include "admin/event.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::admin {

struct ConfigValue {
    std::string key;    // "listener[0].mode"
    std::string json;   // its value
    std::string origin; // "FILE:LINE", "default" or "run time"
};

// What is in force, and what became of the last reload.
struct Configuration {
    std::string file;
    Time loaded; // when it came into force
    std::vector<ConfigValue> items;
    Time last_reload; // the last try, or the start
    bool last_reload_succeeded = true;
};

// What is wrong with a file, and where; line 0: as a whole.
struct FileProblem {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
    std::string detail;
    std::string hint; // may be empty
};

struct ConfigChange {
    std::string key;    // elements by their names: "listener[gm].mode"
    std::string before; // JSON; empty: not there
    std::string after;
};

struct ReloadRequest {
    bool dry_run = false;       // nothing changes; the answer is the same
    bool drop_bindings = false; // bindings may end because their pool changes
};

struct Reloaded {
    bool applied = false; // false: a dry run
    std::vector<ConfigChange> changes;
    // Of those, values that had been changed at run time, by their keys: the file's count now.
    std::vector<std::string> overridden;
    std::size_t dropped_bindings = 0; // because the form of their selectors is another
};

// Why a configuration is not taken, all of it. Nothing has changed.
struct Refusal {
    Error error;
    std::vector<FileProblem> problems; // in the order of the file; may be empty
};

using ReloadResult = std::expected<Reloaded, Refusal>;

} // namespace gmguard::admin
