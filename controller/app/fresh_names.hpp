// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "base/error.hpp"
#include "sip/names.hpp"

namespace gmguard::app {

// For one request of gmguard's own.
[[nodiscard]] Result<sip::Names> fresh_names();

} // namespace gmguard::app
