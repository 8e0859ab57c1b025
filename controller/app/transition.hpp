// SPDX-License-Identifier: BSD-2-Clause
// From one configuration to another in the kernel, packet by packet:
//   ports that are new   before the interface by which their phones come
//   interfaces, cgroup   what is new; most of what can fail fails here
//   tables               the new in the place of the old
//   interfaces           those that are not wanted any more, while their listeners still stand
//   tables               what is not wanted any more
#pragma once

#include "app/engine.hpp"
#include "app/interfaces.hpp"
#include "config/config.hpp"

namespace gmguard::app {

// After an error everything is as before, and its subject names what could not be had. `before` is
// what is in force; the engine still has it afterwards.
[[nodiscard]] Result<> change_over(Engine& engine, Interfaces& interfaces,
                                   const config::Config& before, const config::Config& after);

} // namespace gmguard::app
