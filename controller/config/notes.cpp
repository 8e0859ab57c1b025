// SPDX-License-Identifier: BSD-2-Clause
#include "config/notes.hpp"

#include <algorithm>
#include <tuple>

namespace gmguard::config {

void Notes::problem(Place place, std::string message, std::string hint) {
    problems_.push_back({file_, place.line, place.column, std::move(message), std::move(hint)});
}

void Notes::problem_at(std::string path, std::string message, std::string hint) {
    auto found = places_.find(path);
    while (found == places_.end() && !path.empty()) {
        const auto cut = path.find_last_of(".[");
        path.resize(cut == std::string::npos ? 0 : cut);
        found = places_.find(path);
    }
    problem(found == places_.end() ? Place{} : found->second, std::move(message), std::move(hint));
}

std::vector<Problem> Notes::problems() const {
    auto sorted = problems_;
    std::ranges::stable_sort(sorted, {}, [](const Problem& p) { return std::tie(p.line, p.column); });
    return sorted;
}

std::map<std::string, unsigned> Notes::lines() const {
    std::map<std::string, unsigned> lines;
    for (const auto& [path, place] : places_)
        lines[path] = place.line;
    return lines;
}

} // namespace gmguard::config
