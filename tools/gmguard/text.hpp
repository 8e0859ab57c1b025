// SPDX-License-Identifier: BSD-2-Clause
// Text for a terminal.
#pragma once

#include "base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gmguard::cli {

// Places on the screen. REQUIRES: printable.
[[nodiscard]] std::size_t width(std::string_view text);

// "45s", "12m04s", "3h05m", "6d22h".
[[nodiscard]] std::string duration(std::uint64_t seconds);

} // namespace gmguard::cli
