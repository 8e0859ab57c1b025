// SPDX-License-Identifier: BSD-2-Clause
// Members that several of the API's objects have; null where they have no value.
#pragma once

#include "admin/event.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>

namespace gmguard::admin {

[[nodiscard]] boost::json::value text_or_null(const std::string& text);
[[nodiscard]] boost::json::value time_or_null(const std::optional<Time>& time);
[[nodiscard]] boost::json::value holder_or_null(const std::optional<EventHolder>& holder);

} // namespace gmguard::admin
