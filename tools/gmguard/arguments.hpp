// SPDX-License-Identifier: BSD-2-Clause
// From the words of a command line to a command.
#pragma once

#include "output.hpp"
#include "session.hpp"

#include "admin/http_client.hpp"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace gmguard::cli {

struct Globals {
    Format format = Format::table;
    admin::Remote remote{.where = "unix:/run/gmguard/admin.sock", .token_file = {}, .files = {}};
    std::string pins = "/sys/fs/bpf/gmguard";
    bool no_color = false;
    bool quiet = false;
};

struct Command {
    Globals globals;
    std::function<Exit(Session&)> run;
};
// Asked for by --help or --version: a text for stdout.
struct Help {
    std::string text;
};
struct WrongUsage {
    Globals globals; // as far as they could be read: the error obeys -o
    std::string text;
};
using Arguments = std::variant<Command, Help, WrongUsage>;

// `words` without the program's name. Reads the environment that --help names.
[[nodiscard]] Arguments read_arguments(const std::vector<std::string>& words);

} // namespace gmguard::cli
