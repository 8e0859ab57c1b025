// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "table.hpp"

#include <string>

namespace gmguard::cli {

// A mode in its colour.
[[nodiscard]] Cell mode_cell(const std::string& mode);

} // namespace gmguard::cli
