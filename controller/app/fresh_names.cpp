// SPDX-License-Identifier: BSD-2-Clause
#include "app/fresh_names.hpp"

#include "kernel/tables.hpp"

#include <fmt/format.h>

namespace gmguard::app {

Result<sip::Names> fresh_names() {
    const auto key = kernel::random_key();
    if (!key)
        return fail(key.error());
    const auto text = fmt::format("{:016x}{:016x}", (*key)[0], (*key)[1]);
    return sip::Names{"z9hG4bK-gmguard-" + text, "gmguard-" + text, text.substr(0, 8)};
}

} // namespace gmguard::app
