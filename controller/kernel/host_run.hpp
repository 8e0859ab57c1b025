// SPDX-License-Identifier: BSD-2-Clause
// One packet through the host build of gm_inside, with the maps of a loaded instance: for messages
// longer than BPF_PROG_RUN takes (bpf/host/host.h). The verdict is the program's own; its ring
// records go to `handler` and not into the rings.
#pragma once

#include "kernel/objects.hpp"
#include "kernel/rings.hpp"

#include <cstddef>
#include <span>

namespace gmguard::kernel {

// Longest frame that BPF_PROG_RUN takes for gm_inside on every kernel since 6.1.
inline constexpr std::size_t kTestRunMax = 3500;

// `packet`: from the IP header on. Returns what the program returned (kernel::passes).
[[nodiscard]] Result<std::uint32_t> host_run(const Objects& objects,
                                             std::span<const std::byte> packet,
                                             const gm_iface_key& device,
                                             const Rings::Handler& handler);

} // namespace gmguard::kernel
