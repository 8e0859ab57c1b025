// SPDX-License-Identifier: BSD-2-Clause
// What Prometheus reads. Labels are bounded: never an identity or an address.
#pragma once

#include "admin/event_log.hpp"
#include "admin/guard.hpp"
#include "admin/refusals.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace gmguard::admin {

// Answered requests by (pattern of the route, status). No route: "".
using RequestCounts = std::map<std::pair<std::string, unsigned>, std::uint64_t>;

// Prometheus text format 0.0.4.
[[nodiscard]] std::string metrics_text(const Guard& guard, const EventLog& log,
                                       const store::Store& store, const RequestCounts& requests,
                                       const Refusals& refusals);

} // namespace gmguard::admin
