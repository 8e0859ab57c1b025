// SPDX-License-Identifier: BSD-2-Clause
// What this kernel has and this process may do, found out by trying; a version says little about
// kernels that distributions patch.
#pragma once

#include "base/error.hpp"

#include <string>
#include <vector>

namespace gmguard::kernel {

struct Feature {
    std::string name; // "ring buffers"
    bool there = false;
    std::string missing; // what to do where it is not there
};

// All that the programs and their attachment need.
[[nodiscard]] std::vector<Feature> probe_features();

// "CAP_BPF", ... that this process does not have and cannot load and attach without; one that
// CAP_SYS_ADMIN includes is not missing where that is there.
[[nodiscard]] std::vector<std::string> missing_capabilities();

// Kind system, naming all of them and what they are for.
[[nodiscard]] Result<> require_capabilities();

// "none", "integrity" or "confidentiality" (kernel_lockdown(7)); empty: the kernel has none.
[[nodiscard]] std::string lockdown();

// One that programs may call (kfunc), by the kernel's BTF.
[[nodiscard]] bool has_kernel_function(const char* name);

// Whether programs may read which security association decrypted a packet.
[[nodiscard]] bool may_tell_associations();

// Of `path` or, where it is not there yet, the nearest folder above it.
[[nodiscard]] bool is_bpffs(const std::string& path);

// Whether programs are compiled for this machine; interpreted, they are some ten times slower.
[[nodiscard]] bool is_jit_on();

} // namespace gmguard::kernel
