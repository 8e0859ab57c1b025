// SPDX-License-Identifier: BSD-2-Clause
// Modes at run time: a change as the admin interface asks for it, made to a configuration.
#pragma once

#include "admin/guard.hpp"
#include "config/config.hpp"

namespace gmguard::app {

[[nodiscard]] admin::Modes modes_of(const config::Config& config);

// The configuration with the change, all of it. Errors: not_found, no such listener; unsupported,
// a mode that this version cannot give; invalid, a change that names nothing it could change.
[[nodiscard]] Result<config::Config> with_modes(config::Config config,
                                                const admin::ModeChange& change);

// The configuration with these very modes, by listener name; a listener that they do not name keeps
// its own.
[[nodiscard]] config::Config with_all_modes(config::Config config, const admin::Modes& modes);

// Whether a listener enforces this check in `after` and not in `before`.
[[nodiscard]] bool enforces_anew(const config::Config& before, const config::Config& after,
                                 gm_check check);
// The same of any check.
[[nodiscard]] bool enforces_more(const config::Config& before, const config::Config& after);

} // namespace gmguard::app
