// SPDX-License-Identifier: BSD-2-Clause
// The file of the store: made whole or not at all, checked before it is used, moved aside as a
// whole.
#pragma once

#include "store/database.hpp"

#include <string>

namespace gmguard::store {

// Opens and checks it. Makes it and its directory where they are missing. `path` empty: in memory.
// Errors: invalid, it must not be used; else as Database, with the path as subject.
[[nodiscard]] Result<Database> open_file(const std::string& path);

// Renames it, and what belongs to it, to "PATH.corrupt-TIME". Gives that name.
[[nodiscard]] Result<std::string> move_aside(const std::string& path);

// Bytes that are free where it lies; of memory: as many as anybody can ask for.
[[nodiscard]] std::uint64_t room_at(const std::string& path);
[[nodiscard]] std::uint64_t bytes_of(const std::string& path);

} // namespace gmguard::store
