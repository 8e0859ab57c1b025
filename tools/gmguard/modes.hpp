// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "json_view.hpp"
#include "table.hpp"

#include <string>

namespace gmguard::cli {

// A mode in its colour.
[[nodiscard]] Cell mode_cell(const std::string& mode);

// "modes fall back in 42s; ..." of the time in that member; "" where there is none.
[[nodiscard]] std::string unconfirmed(const boost::json::value& document, std::string_view name,
                                      Time now);

} // namespace gmguard::cli
