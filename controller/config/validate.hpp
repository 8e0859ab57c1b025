// SPDX-License-Identifier: BSD-2-Clause
// What takes more than one value to be wrong: duplicates, overlaps, sums.
#pragma once

#include "config/notes.hpp"

namespace gmguard::config {

void validate(const Config& config, Notes& notes);

} // namespace gmguard::config
