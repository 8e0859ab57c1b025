// SPDX-License-Identifier: BSD-2-Clause
// JSON is UTF-8; what packets hold may be anything.
#pragma once

#include <string>
#include <string_view>

namespace gmguard::replay {

// The text with each byte that is part of no well-formed UTF-8 sequence (RFC 3629) replaced by
// U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view bytes);

} // namespace gmguard::replay
