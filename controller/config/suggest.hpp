// SPDX-License-Identifier: BSD-2-Clause
// "Did you mean": the nearest of some words.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gmguard::config {

// Insertions, deletions, replacements and swaps of neighbours that make one word of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// `did you mean "off"?`, or "" where no word is near: more than a third of it would have to change.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> words);

} // namespace gmguard::config
