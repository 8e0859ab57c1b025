// SPDX-License-Identifier: BSD-2-Clause
// Files of a pin directory; the form of the whole stands in kernel/objects.hpp.
#pragma once

#include "base/error.hpp"
#include "kernel/fd.hpp"

#include <string>
#include <vector>

namespace gmguard::kernel {

[[nodiscard]] std::string map_pin(const std::string& pins, std::string_view map);
[[nodiscard]] std::string program_pin(const std::string& pins, std::string_view kept);
[[nodiscard]] std::string link_pin(const std::string& pins, std::string_view link);
[[nodiscard]] std::string show_pin(const std::string& pins);

// Makes the directory and those in it, mode 0700, where they are not there. Error with a hint where
// no bpffs is mounted.
[[nodiscard]] Result<> make_pin_directories(const std::string& pins);

// Not valid: nothing is pinned there.
[[nodiscard]] Result<Fd> open_pin(const std::string& path);
[[nodiscard]] Result<> pin(const Fd& fd, const std::string& path);
// In the place of what is pinned there, if anything: there is always one of the two.
[[nodiscard]] Result<> pin_over(const Fd& fd, const std::string& path);
// What is not there is no error.
[[nodiscard]] Result<> unpin(const std::string& path);

// Names in a directory; none where it is not there.
[[nodiscard]] std::vector<std::string> names_in(const std::string& directory);

// Removes <pins>/{maps,programs,links,show} and <pins>, each where it is empty.
void remove_empty_pin_directories(const std::string& pins);

} // namespace gmguard::kernel
