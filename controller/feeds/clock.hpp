// SPDX-License-Identifier: BSD-2-Clause
// The kernel's clock and people's clock at one moment. Programs and policy know CLOCK_MONOTONIC
// only; wall clock is for output, and steps of it move no expiry.
#pragma once

#include <chrono>
#include <cstdint>

namespace gmguard::feeds {

using WallTime = std::chrono::system_clock::time_point;

struct Moment {
    std::uint64_t ns = 0; // of CLOCK_MONOTONIC
    WallTime wall;

    // The same moment of one clock is always the same moment of the other, until one of them is
    // stepped. Single-threaded.
    [[nodiscard]] static Moment now();
    // When that was, or will be, on the wall.
    [[nodiscard]] WallTime wall_at(std::uint64_t other_ns) const;
};

} // namespace gmguard::feeds
