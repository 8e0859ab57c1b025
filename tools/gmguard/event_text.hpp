// SPDX-License-Identifier: BSD-2-Clause
// One event of the API as one line:
//   11-23 17:22:38.905  DROP        selector_taken  REGISTER [2001:db8:1::66]:5061 -> ... (held by
//   ...)
#pragma once

#include <boost/json.hpp>

#include <string>

namespace gmguard::cli {

[[nodiscard]] std::string event_line(const boost::json::value& event, bool color);

} // namespace gmguard::cli
