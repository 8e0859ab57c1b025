// SPDX-License-Identifier: BSD-2-Clause
#include "app/supervisor.hpp"

#include <systemd/sd-daemon.h>

namespace gmguard::app {
namespace {

constexpr int kKeepForLater = 0; // the environment stays as it is

} // namespace

void tell_ready() {
    (void)sd_notify(kKeepForLater, "READY=1\nSTATUS=guards");
}

void tell_alive() {
    if (sd_watchdog_enabled(kKeepForLater, nullptr) > 0)
        (void)sd_notify(kKeepForLater, "WATCHDOG=1");
}

void tell_ending() {
    (void)sd_notify(kKeepForLater, "STOPPING=1");
}

} // namespace gmguard::app
