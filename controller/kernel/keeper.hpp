// SPDX-License-Identifier: BSD-2-Clause
// Holds what is pinned, so that programs stay at their hooks and maps keep what they know when
// somebody removes the pins; and puts the pins back.
#pragma once

#include "base/error.hpp"
#include "kernel/fd.hpp"

#include <map>
#include <string>
#include <vector>

namespace gmguard::kernel {

class Keeper {
  public:
    explicit Keeper(std::string pins) : pins_(std::move(pins)) {}

    // Takes hold of what is pinned now, lets go of links that were detached, and pins again what
    // has lost its pin: its names are returned ("maps/gm_bindings"). To be called after every
    // attach and detach, or often enough: a link that was put in the place of another leaves that
    // one at its hook until then. Errors as of make_pin_directories and pin.
    [[nodiscard]] Result<std::vector<std::string>> keep();

  private:
    [[nodiscard]] Result<> hold(const std::string& name);

    std::string pins_;
    std::map<std::string, Fd> held_;
};

} // namespace gmguard::kernel
