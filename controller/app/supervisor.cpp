// SPDX-License-Identifier: BSD-2-Clause
#include "app/supervisor.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

namespace gmguard::app {
namespace {

constexpr int kKeepForLater = 0; // the environment stays as it is

} // namespace

void tell_ready() {
    (void)sd_notify(kKeepForLater, "READY=1\nSTATUS=guards");
}

// The time lets the manager know that this is the answer to its own signal (Type=notify-reload).
void tell_reloading() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    (void)sd_notifyf(kKeepForLater, "RELOADING=1\nMONOTONIC_USEC=%llu",
                     static_cast<unsigned long long>(now.tv_sec) * 1'000'000 +
                         static_cast<unsigned long long>(now.tv_nsec) / 1000);
}

void tell_alive() {
    if (sd_watchdog_enabled(kKeepForLater, nullptr) > 0)
        (void)sd_notify(kKeepForLater, "WATCHDOG=1");
}

void tell_ending() {
    (void)sd_notify(kKeepForLater, "STOPPING=1");
}

} // namespace gmguard::app
