// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace gmguard::admin {

// The text of openapi.json, built in.
[[nodiscard]] std::string_view openapi_json();

} // namespace gmguard::admin
