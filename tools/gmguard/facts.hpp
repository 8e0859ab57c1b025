// SPDX-License-Identifier: BSD-2-Clause
// One thing, a line for each of its facts: name, then value.
#pragma once

#include "output.hpp"

#include <string>
#include <utility>
#include <vector>

namespace gmguard::cli {

class Facts {
  public:
    // An empty value shows as "-".
    void add(std::string name, Cell value);
    // A value that is left out where it is empty.
    void add_if(std::string name, Cell value);
    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    void print(Output& out) const;

  private:
    std::vector<std::pair<std::string, Cell>> lines_;
};

} // namespace gmguard::cli
