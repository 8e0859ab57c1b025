// SPDX-License-Identifier: BSD-2-Clause
#include "config/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace gmguard::config {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> older(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], older[j - 2] + 1);
        }
        older.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> words) {
    std::string_view best;
    std::size_t best_distance = std::string_view::npos;
    for (const std::string_view candidate : words) {
        const std::size_t distance = edit_distance(word, candidate);
        const std::size_t longest = std::max(word.size(), candidate.size());
        if (distance < best_distance && distance <= std::max<std::size_t>(1, longest / 3)) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best.empty() ? "" : "did you mean \"" + std::string(best) + "\"?";
}

} // namespace gmguard::config
