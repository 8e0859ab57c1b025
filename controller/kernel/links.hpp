// SPDX-License-Identifier: BSD-2-Clause
// BPF links by their pins: made, replaced in place, asked, ended.
#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "kernel/fd.hpp"

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <string>

namespace gmguard::kernel {

// What is pinned there and still has its hook; nullopt: nothing, or its device or cgroup is gone.
[[nodiscard]] Result<std::optional<bpf_link_info>> live_link(const std::string& path);
[[nodiscard]] bool is_live(const Fd& link);

// The program of a pinned link, replaced without a gap.
[[nodiscard]] Result<> update_link(const std::string& path, int program);

// Detaches and unpins, also where somebody else holds the link open. Nothing there is no error.
[[nodiscard]] Result<> end_link(const std::string& path);

// New links. XDP: in the namespace of the calling thread; `name` is for errors.
[[nodiscard]] Result<Fd> link_xdp(int program, unsigned ifindex, config::XdpMode mode,
                                  const std::string& name);
[[nodiscard]] Result<Fd> link_cgroup(int program, const Fd& cgroup, bpf_attach_type type,
                                     const std::string& path);
[[nodiscard]] Result<Fd> link_iterator(int program, int map);

// The XDP program of a device in the thread's namespace: its id, 0: none.
[[nodiscard]] std::uint32_t xdp_program(unsigned ifindex);

// Of a loaded program by its id; empty where it is gone.
[[nodiscard]] std::string program_name(std::uint32_t id);

} // namespace gmguard::kernel
