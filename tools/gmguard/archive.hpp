// SPDX-License-Identifier: BSD-2-Clause
// A .tar.gz for its owner alone.
#pragma once

#include "base/error.hpp"

#include <string>
#include <vector>

namespace gmguard::cli {

struct Entry {
    std::string name; // a path within the archive
    std::string text;
};

// Mode 0600. What was there under that name is replaced when all is written, else kept.
[[nodiscard]] Result<> write_archive(const std::string& path, const std::vector<Entry>& entries);

} // namespace gmguard::cli
