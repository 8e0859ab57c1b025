// SPDX-License-Identifier: BSD-2-Clause
// Control groups by path and by the number that links know them by.
#pragma once

#include "base/error.hpp"
#include "kernel/fd.hpp"

#include <cstdint>
#include <string>

namespace gmguard::kernel {

struct Cgroup {
    Fd directory;
    std::uint64_t id = 0;
    std::string path;
};

// Empty path: where cgroup2 is mounted. Kind not_found, or invalid where it is none.
[[nodiscard]] Result<Cgroup> open_cgroup(const std::string& path);

// Empty where it is gone.
[[nodiscard]] std::string cgroup_path(std::uint64_t id);

} // namespace gmguard::kernel
