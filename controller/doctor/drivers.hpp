// SPDX-License-Identifier: BSD-2-Clause
// What is known of drivers, where the kernel has no way to ask (before 6.3).
#pragma once

#include <string_view>

namespace gmguard::doctor {

// Whether a driver of Linux 6.1 runs XDP itself; one that is not known may do so by now.
[[nodiscard]] bool has_native_xdp(std::string_view driver);

} // namespace gmguard::doctor
