// SPDX-License-Identifier: BSD-2-Clause
// The JSON of everything that the API shows; its schemas are in openapi.json. Members that have no
// value are null, never left out. Times are RFC 3339 in UTC with microseconds.
#pragma once

#include "admin/guard.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace gmguard::admin {

[[nodiscard]] std::string rfc3339(Time time);

[[nodiscard]] boost::json::object to_json(const Event& event);
[[nodiscard]] boost::json::object to_json(const Interface& interface);
[[nodiscard]] boost::json::object to_json(const Modes& modes);
[[nodiscard]] boost::json::object to_json(const Binding& binding);
[[nodiscard]] boost::json::object to_json(const gm_losses& losses);
// `now`: for the uptime.
[[nodiscard]] boost::json::object to_json(const Status& status, Time now);

} // namespace gmguard::admin
