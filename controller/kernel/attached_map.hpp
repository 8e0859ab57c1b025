// SPDX-License-Identifier: BSD-2-Clause
// gm_attached: which interfaces are guarded. A map, because nothing else can be kept in bpffs and
// the record must live exactly as long as the links beside it. Only the controller and the command
// line read it.
#pragma once

#include "kernel/map.hpp"

#include <cstdint>
#include <string>

namespace gmguard::kernel {

struct AttachedKey {
    std::uint64_t netns; // inode of the namespace
    std::uint32_t ifindex;
    std::uint32_t pad;
};

struct AttachedValue {
    char name[32];
    char netns[128];       // as configured; empty: the controller's own
    std::uint32_t generic; // 1: XDP in generic mode
    std::uint32_t clsact_made;
};

using AttachedMap = Map<AttachedKey, AttachedValue>;

inline constexpr std::uint32_t kAttachedEntries = 256; // more interfaces than that are refused

// Makes it where it is not there.
[[nodiscard]] Result<AttachedMap> make_attached_map(const std::string& pins);
// Kind not_found where it is not there.
[[nodiscard]] Result<AttachedMap> open_attached_map(const std::string& pins);

} // namespace gmguard::kernel
