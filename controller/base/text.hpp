// SPDX-License-Identifier: BSD-2-Clause
// Text for a terminal or a log. Names come from the wire: what could move the cursor, colour,
// reorder or end a line is written as an escape.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gmguard {

// Control characters (C0, DEL, C1), marks of text direction and bytes that are no UTF-8 as \xNN,
// byte by byte; all else as it is.
[[nodiscard]] std::string printable(std::string_view text);
// The same of the first `most` bytes, with "..." where there were more.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most);

} // namespace gmguard
