// SPDX-License-Identifier: BSD-2-Clause
// Scripts that make a shell complete the program's words.
#pragma once

#include "command_words.hpp"

#include <string>

namespace gmguard::cli {

[[nodiscard]] std::string bash_completion(const CommandWords& program);
// The same by zsh's own emulation of bash's completion.
[[nodiscard]] std::string zsh_completion(const CommandWords& program);
[[nodiscard]] std::string fish_completion(const CommandWords& program);

} // namespace gmguard::cli
