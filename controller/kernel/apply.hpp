// SPDX-License-Identifier: BSD-2-Clause
// What the policy decided, written to the kernel.
#pragma once

#include "binding/operations.hpp"
#include "kernel/objects.hpp"

#include <span>

namespace gmguard::kernel {

// In their order, all of them: after an error the others are still done, and the first error is
// returned (exhausted: that map is full). A PutBinding without last_seen_ns keeps the time at which
// the kernel last saw it.
[[nodiscard]] Result<> apply(const Maps& maps, std::span<const binding::Operation> operations);

} // namespace gmguard::kernel
