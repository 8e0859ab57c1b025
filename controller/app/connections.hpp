// SPDX-License-Identifier: BSD-2-Clause
// The end of TCP connections that carry nothing more.
#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "gmguard/abi/events.h"
#include "kernel/objects.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace gmguard::app {

// Whether the report is of a connection that is poisoned: gm_stream refuses all that is to come.
[[nodiscard]] bool is_poisoned(const gm_record& report);

// Destroys the P-CSCF's end of it, so that neither side waits for a time-out, in whichever of these
// network namespaces it is. One that has ended is no error.
[[nodiscard]] Result<> end_connection(std::span<const std::string> namespaces,
                                      const gm_record& report);

// Ends those from phones whose header section is not whole in time, where gm_stream would do so if
// another byte came. Returns how many.
[[nodiscard]] Result<std::size_t> end_unfinished(std::span<const std::string> namespaces,
                                                 const kernel::Objects& objects,
                                                 const config::Config& config,
                                                 std::uint64_t now_ns);

} // namespace gmguard::app
