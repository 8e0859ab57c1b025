// SPDX-License-Identifier: BSD-2-Clause
// A Kamailio configuration as Kamailio's own preprocessor leaves it: includes followed, #!ifdef
// decided, defined names and substitutions replaced, comments gone.
#pragma once

#include "base/error.hpp"

#include <map>
#include <string>
#include <vector>

namespace gmguard::kamailio {

// Where something stands: "pcscf.cfg:12".
struct Place {
    std::string file;
    unsigned line = 0;
    [[nodiscard]] std::string text() const;
};

struct Line {
    Place place;
    std::string text; // not empty, no blanks around it
};

// Names and what they stand for, as #!define has them; what `kamailio -A NAME=VALUE` gives.
using Defines = std::map<std::string, std::string, std::less<>>;

// `path` is the file that Kamailio is started with. Errors: not_found, system; invalid with the
// place as subject: an include that is missing or includes itself, an #!ifdef without an end.
[[nodiscard]] Result<std::vector<Line>> preprocess(const std::string& path, Defines defines = {});

} // namespace gmguard::kamailio
