// SPDX-License-Identifier: BSD-2-Clause
#include "config/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace gmguard::config {
namespace {

// A problem is one line, whatever it quotes of the file.
std::string one_line(const std::string& text) {
    std::string out;
    for (const char c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    return out;
}

} // namespace

void Notes::problem(Place place, const std::string& message, const std::string& hint) {
    problems_.push_back({file_, place.line, place.column, one_line(message), one_line(hint)});
}

void Notes::problem_at(std::string path, const std::string& message, const std::string& hint) {
    auto found = places_.find(path);
    while (found == places_.end() && !path.empty()) {
        const auto cut = path.find_last_of(".[");
        path.resize(cut == std::string::npos ? 0 : cut);
        found = places_.find(path);
    }
    problem(found == places_.end() ? Place{} : found->second, message, hint);
}

std::vector<Problem> Notes::problems() const {
    auto sorted = problems_;
    std::ranges::stable_sort(sorted, {},
                             [](const Problem& p) { return std::tie(p.line, p.column); });
    return sorted;
}

} // namespace gmguard::config
