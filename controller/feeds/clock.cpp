// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/clock.hpp"

#include <ctime>

namespace gmguard::feeds {
namespace {

// Further apart than this, the clocks were stepped.
constexpr auto kApart = std::chrono::milliseconds(100);

std::uint64_t monotonic_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

WallTime later(WallTime time, std::uint64_t ns) {
    return time + std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(ns));
}

} // namespace

// What the wall showed at 0 of the kernel's clock is kept as long as it is about right: two clocks
// are never read at once, and one moment would be told in as many ways as there are readings.
Moment Moment::now() {
    static WallTime zero;
    const std::uint64_t ns = monotonic_ns();
    const WallTime fresh = std::chrono::system_clock::now() - (later({}, ns) - WallTime{});
    if (std::chrono::abs(fresh - zero) > kApart)
        zero = fresh;
    return {ns, later(zero, ns)};
}

WallTime Moment::wall_at(std::uint64_t other_ns) const {
    const auto difference = static_cast<std::int64_t>(other_ns - ns);
    return wall +
           std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(difference));
}

} // namespace gmguard::feeds
