// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/clock.hpp"

#include <ctime>

namespace gmguard::feeds {

Moment Moment::now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return {static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
                static_cast<std::uint64_t>(time.tv_nsec),
            std::chrono::system_clock::now()};
}

WallTime Moment::wall_at(std::uint64_t other_ns) const {
    const auto difference = static_cast<std::int64_t>(other_ns - ns);
    return wall +
           std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(difference));
}

} // namespace gmguard::feeds
