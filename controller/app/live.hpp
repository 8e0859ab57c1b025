// SPDX-License-Identifier: BSD-2-Clause
// The bindings that bear on one message, for explaining it.
#pragma once

#include "admin/guard.hpp"
#include "binding/policy.hpp"

#include <cstdint>
#include <vector>

namespace gmguard::app {

// Of the source, and of the identities in the message. Of an adopted binding most identities are
// known by their hashes alone: of these, those are given that the message itself has.
[[nodiscard]] std::vector<binding::Add>
live_bindings(const binding::Policy& policy, const admin::Question& question, std::uint64_t now_ns);

} // namespace gmguard::app
