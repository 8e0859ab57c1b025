// SPDX-License-Identifier: BSD-2-Clause
// The JSON of everything that the API shows; its schemas are in openapi.json. Members that have no
// value are null, never left out. Times are RFC 3339 in UTC with microseconds.
#pragma once

#include "admin/guard.hpp"
#include "store/entry.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace gmguard::admin {

[[nodiscard]] std::string rfc3339(Time time);

[[nodiscard]] boost::json::object to_json(const Event& event);
[[nodiscard]] boost::json::object to_json(const Interface& interface);
[[nodiscard]] boost::json::object to_json(const Modes& modes);
[[nodiscard]] boost::json::object to_json(const Binding& binding);
[[nodiscard]] boost::json::object to_json(const gm_losses& losses);
[[nodiscard]] boost::json::object to_json(const store::Change& change);
// As they were written: an event of an earlier version looks as it did then.
[[nodiscard]] boost::json::array to_json(const std::vector<store::Shown>& events);
// `now`: for the uptime.
[[nodiscard]] boost::json::object to_json(const Status& status, Time now);

} // namespace gmguard::admin
