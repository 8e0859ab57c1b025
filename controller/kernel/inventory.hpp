// SPDX-License-Identifier: BSD-2-Clause
// What of a guard is in the kernel, by its pins: whether or not a controller runs.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::kernel {

struct PinnedMap {
    std::string name;
    std::uint32_t id = 0;
    std::uint32_t type = 0; // enum bpf_map_type
    std::uint32_t key_size = 0, value_size = 0, max_entries = 0;
};

struct AttachedProgram {
    std::string name; // "gm_front"
    std::uint32_t id = 0;
    std::uint32_t verified_instructions = 0;
    std::uint32_t code_bytes = 0; // as compiled for this machine; 0: interpreted
    std::uint64_t run_count = 0;  // only with kernel.bpf_stats_enabled
    std::uint64_t run_time_ns = 0;
};

// None where nothing is pinned.
[[nodiscard]] Result<std::vector<PinnedMap>> pinned_maps(const std::string& pins);
// Each once, however many hooks it hangs at.
[[nodiscard]] Result<std::vector<AttachedProgram>> attached_programs(const std::string& pins);

// "1.1.2", of libbpf.
[[nodiscard]] std::string libbpf_version();

// The lines of the kernel's log that name BPF or XDP, the last 200 of them.
[[nodiscard]] Result<std::vector<std::string>> kernel_log();

} // namespace gmguard::kernel
