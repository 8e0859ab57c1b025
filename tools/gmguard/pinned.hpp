// SPDX-License-Identifier: BSD-2-Clause
// What the kernel holds of gmguard when nobody answers for it: found and removed by its pins alone.
#pragma once

#include "session.hpp"

namespace gmguard::cli {

// After `reached`, the failure to reach the daemon: tells it and shows what guards without it.
[[nodiscard]] Exit show_pinned(Session& session, const Failure& reached);

// Detaches and removes everything below the pins. Kind conflict while a controller runs.
[[nodiscard]] Outcome<> remove_pinned(const std::string& pins);

} // namespace gmguard::cli
