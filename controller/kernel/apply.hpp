// SPDX-License-Identifier: BSD-2-Clause
// What the policy decided, written to the kernel.
#pragma once

#include "binding/operations.hpp"
#include "kernel/objects.hpp"

#include <span>

namespace gmguard::kernel {

// All of them: after an error the others are still done, and the first error is returned
// (exhausted: that map is full). A PutBinding without last_seen_ns keeps the time at which the
// kernel last saw it.
//
// Many are written by few system calls, so not each in its turn. Yet of one key the last write
// counts; a binding comes after the identities that stand before it in the list, goes before those
// that stand behind it, and is there before its challenge is erased; and who has
// an identity beside its owner, and then or before owns it, has it at any time.
[[nodiscard]] Result<> apply(const Maps& maps, std::span<const binding::Operation> operations);

} // namespace gmguard::kernel
