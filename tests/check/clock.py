#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What decides knows no time of day, which jumps: it gets its times of CLOCK_MONOTONIC, as the
programs read them by bpf_ktime_get_ns(). Only feeds/clock.cpp reads the other clock, for people."""
import re

import rules

DECIDES = re.compile(r"(bpf|include|controller/(base|sip|binding|kernel|feeds))/")
READS = "controller/feeds/clock.cpp"
WALL = re.compile(r"system_clock::now|CLOCK_REALTIME|gettimeofday|\btime\((0|NULL|nullptr)\)"
                  r"|bpf_ktime_get_tai|clock_gettime\(CLOCK_(?!MONOTONIC\b)")


def rule(path, text):
    if not rules.is_c(path) or not DECIDES.match(str(path)) or str(path) == READS:
        return []
    return [(number, f"reads the time of day: {found.group()}")
            for number, line in enumerate(text.splitlines(), 1) if (found := WALL.search(line))]


BAD = [("controller/binding/life.cpp", "auto now = std::chrono::system_clock::now();"),
       ("bpf/rate.h", "__u64 now = bpf_ktime_get_tai_ns();"),
       ("controller/kernel/keeper.cpp", "::clock_gettime(CLOCK_BOOTTIME, &time);"),
       ("controller/sip/scan.cpp", "std::time(nullptr)")]
GOOD = [("controller/feeds/clock.cpp", "std::chrono::system_clock::now()"),
        ("controller/admin/json_write.cpp", "std::chrono::system_clock::now()"),
        ("bpf/rate.h", "bpf_ktime_get_ns()"), ("tests/e2e/arena.py", "time.time()"),
        ("controller/feeds/clock.hpp", "::clock_gettime(CLOCK_MONOTONIC, &time);")]

if __name__ == "__main__":
    rules.main(rule, BAD, GOOD)
