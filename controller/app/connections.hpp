// SPDX-License-Identifier: BSD-2-Clause
// The end of TCP connections that carry nothing more.
#pragma once

#include "config/config.hpp"
#include "gmguard/abi/events.h"

namespace gmguard::app {

// Whether the report is of a connection that is poisoned: gm_stream refuses all that is to come.
[[nodiscard]] bool is_poisoned(const gm_record& report);

// Destroys the P-CSCF's end of it, so that neither side waits for a time-out, in whichever of the
// Gm interfaces' namespaces it is. One that has ended is no error.
[[nodiscard]] Result<> end_connection(const config::Config& config, const gm_record& report);

} // namespace gmguard::app
