// SPDX-License-Identifier: BSD-2-Clause
// The commands, options and values of the program as they are declared, for what must know them
// all.
#pragma once

#include <string>
#include <vector>

namespace gmguard::cli {

// An option or, where it has no names, a positional argument.
struct ArgumentWords {
    std::vector<std::string> names; // "-o", "--output"
    std::string what;
    std::string value;                // what stands for its value: "FILE"; empty: a flag
    std::vector<std::string> choices; // values that are known beforehand
};

struct CommandWords {
    std::string name; // "set" of `gmguard mode set`
    std::string what;
    std::vector<ArgumentWords> options;
    std::vector<ArgumentWords> positionals;
    std::vector<CommandWords> commands;
};

// The whole program; its options are those of every command.
[[nodiscard]] CommandWords command_words();

} // namespace gmguard::cli
