// SPDX-License-Identifier: BSD-2-Clause
// Programs that stay pinned, so that the next controller of the same build need not have them
// verified again, which takes all processors for a second.
#pragma once

#include "base/error.hpp"
#include "kernel/fd.hpp"

#include <map>
#include <string>
#include <string_view>

namespace gmguard::kernel {

// Maps that the programs share, by name.
using SharedMaps = std::map<std::string, Fd, std::less<>>;

// The name that a program is pinned by: its own, and a hash of the object file that it is made
// from, in hexadecimal digits, so that another build's is never taken for it.
[[nodiscard]] std::string kept_name(std::string_view program, std::string_view object);

// Not valid: it is not pinned, or works with other maps than these.
[[nodiscard]] Result<Fd> find_kept(const std::string& pins, const std::string& kept,
                                   const SharedMaps& maps);

// Pins the program in the place of what has that name, if anything, and unpins those of other
// builds.
[[nodiscard]] Result<> keep_program(const std::string& pins, std::string_view program,
                                    const std::string& kept, const Fd& fd);

} // namespace gmguard::kernel
