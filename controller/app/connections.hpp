// SPDX-License-Identifier: BSD-2-Clause
// The end of TCP connections that carry nothing more.
#pragma once

#include "base/error.hpp"
#include "gmguard/abi/events.h"

#include <span>
#include <string>

namespace gmguard::app {

// Whether the report is of a connection that is poisoned: gm_stream refuses all that is to come.
[[nodiscard]] bool is_poisoned(const gm_record& report);

// Destroys the P-CSCF's end of it, so that neither side waits for a time-out, in whichever of these
// network namespaces it is. One that has ended is no error.
[[nodiscard]] Result<> end_connection(std::span<const std::string> namespaces,
                                      const gm_record& report);

} // namespace gmguard::app
