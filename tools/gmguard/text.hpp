// SPDX-License-Identifier: BSD-2-Clause
// Text for a terminal. Identities come from the wire: what could move the cursor, colour or reorder
// a line is written as an escape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gmguard::cli {

// Control characters (C0, DEL, C1), marks of text direction and bytes that are no UTF-8 as \xNN,
// byte by byte; all else as it is.
[[nodiscard]] std::string printable(std::string_view text);

// Places on the screen. REQUIRES: printable.
[[nodiscard]] std::size_t width(std::string_view text);

// "45s", "12m04s", "3h05m", "6d22h".
[[nodiscard]] std::string duration(std::uint64_t seconds);

} // namespace gmguard::cli
