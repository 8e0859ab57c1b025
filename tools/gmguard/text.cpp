// SPDX-License-Identifier: BSD-2-Clause
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::cli {

std::size_t width(std::string_view text) {
    const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    return static_cast<std::size_t>(std::ranges::count_if(text, starts));
}

std::string duration(std::uint64_t seconds) {
    const auto minutes = seconds / 60;
    const auto hours = minutes / 60;
    if (minutes == 0)
        return fmt::format("{}s", seconds);
    if (hours == 0)
        return fmt::format("{}m{:02}s", minutes, seconds % 60);
    if (hours < 24)
        return fmt::format("{}h{:02}m", hours, minutes % 60);
    return fmt::format("{}d{:02}h", hours / 24, hours % 24);
}

} // namespace gmguard::cli
