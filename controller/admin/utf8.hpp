// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

namespace gmguard::admin {

// What came from the wire may be no UTF-8, JSON must be (RFC 8259 8.1): every byte that is no part
// of a well-formed sequence (RFC 3629) becomes U+FFFD.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

} // namespace gmguard::admin
