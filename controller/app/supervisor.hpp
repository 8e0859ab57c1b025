// SPDX-License-Identifier: BSD-2-Clause
// What the service manager is told (sd_notify(3)): a unit of Type=notify is started when the guard
// judges, and one with WatchdogSec= is started anew when its loop stands still. Without a manager
// nothing happens.
#pragma once

namespace gmguard::app {

void tell_ready();
// The configuration is being read again; to be followed by tell_ready().
void tell_reloading();
// To be called at least twice in the time of WatchdogSec=.
void tell_alive();
void tell_ending();

} // namespace gmguard::app
