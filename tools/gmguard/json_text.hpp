// SPDX-License-Identifier: BSD-2-Clause
// JSON as people read it.
#pragma once

#include <boost/json.hpp>

#include <string>

namespace gmguard::cli {

// Indented by two blanks; members in their order; lists of plain values on one line. Ends without a
// line end.
[[nodiscard]] std::string pretty(const boost::json::value& value);

} // namespace gmguard::cli
