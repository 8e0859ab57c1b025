// SPDX-License-Identifier: BSD-2-Clause
// Events of the API, a line each:
//   11-23 17:22:38.905  DROP  selector_taken  ens3 REGISTER 192.0.2.6:5060 -> 192.0.2.1:5060 ...
#pragma once

#include "table.hpp"

#include <boost/json.hpp>

#include <string>

namespace gmguard::cli {

[[nodiscard]] LiveTable event_table();
[[nodiscard]] std::vector<Cell> event_row(const boost::json::value& event);

} // namespace gmguard::cli
