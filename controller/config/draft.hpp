// SPDX-License-Identifier: BSD-2-Clause
// A configuration that somebody else has to finish: valid as it stands, with a comment that says of
// each part where it comes from, and what could not be known.
#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace gmguard::config {

using Remarks = std::vector<std::string>; // a line of comment each

struct Draft {
    struct Gm {
        Listener listener;
        Remarks remarks;
    };
    struct Mw {
        Endpoint socket;
        std::string remark;
    };
    struct Link {
        Interface interface;
        std::string remark;
        bool certain = true; // false: as a comment, to be looked at
    };

    Remarks head;
    std::vector<Link> interfaces;
    std::vector<Gm> listeners; // at least one
    std::vector<Mw> core_listeners;
    Remarks homes; // domains that may be the home's, each with its remark behind it
    Remarks left_out;
};

// The file. Mode monitor; what the draft does not know is a commented line.
[[nodiscard]] std::string text_of(const Draft& draft);

} // namespace gmguard::config
