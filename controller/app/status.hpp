// SPDX-License-Identifier: BSD-2-Clause
// What runs where, and what is not covered.
#pragma once

#include "admin/guard.hpp"
#include "app/interfaces.hpp"
#include "config/config.hpp"
#include "kernel/objects.hpp"

namespace gmguard::app {

// All but the time of the start.
[[nodiscard]] admin::Status status_of(const config::Config& config, const kernel::Objects& objects,
                                      const Interfaces& interfaces);

// "0.1.0", and the commit it was built from; that may be empty.
[[nodiscard]] std::string_view version();
[[nodiscard]] std::string_view commit();

} // namespace gmguard::app
