// SPDX-License-Identifier: BSD-2-Clause
#include "facts.hpp"

#include "text.hpp"

#include <algorithm>

namespace gmguard::cli {

void Facts::add(std::string name, Cell value) {
    if (value.text.empty())
        value = Cell("-", Style::faint);
    lines_.emplace_back(std::move(name), std::move(value));
}

void Facts::add_if(std::string name, Cell value) {
    if (!value.text.empty())
        lines_.emplace_back(std::move(name), std::move(value));
}

void Facts::print(Output& out) const {
    std::size_t widest = 0;
    for (const auto& [name, value] : lines_)
        widest = std::max(widest, width(name));
    for (const auto& [name, value] : lines_)
        out.composed_line(name + std::string(widest + 2 - width(name), ' ') +
                          styled(value, out.color()));
}

} // namespace gmguard::cli
