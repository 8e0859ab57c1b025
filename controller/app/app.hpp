// SPDX-License-Identifier: BSD-2-Clause
// gmguardd put together: one thread, one io_context.
#pragma once

#include "config/config.hpp"

namespace gmguard::app {

// Guards until SIGTERM or SIGINT; what is attached then stays so, and goes on judging with what is
// in the maps. An error before everything stands: what was attached before this call still is, what
// was not is not.
[[nodiscard]] Result<> run(config::Config config);

} // namespace gmguard::app
