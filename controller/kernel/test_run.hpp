// SPDX-License-Identifier: BSD-2-Clause
// One packet through one loaded program, attached or not (BPF_PROG_TEST_RUN).
#pragma once

#include "kernel/objects.hpp"

#include <linux/bpf.h>

#include <cstddef>
#include <span>
#include <vector>

namespace gmguard::kernel {

struct TestPacket {
    // From the Ethernet header on, for every program. At least 14 bytes, cgroup_skb wants the whole
    // IP header too; at most about 3,500 bytes for cgroup_skb and TC (errno EINVAL or ENOMEM
    // beyond), 64 KiB for XDP.
    std::span<const std::byte> frame;
    // Device of the calling thread's network namespace that the program shall see the packet come
    // by: ingress_ifindex in XDP, ifindex elsewhere. 0: the kernel's choice (loopback).
    unsigned ifindex = 0;
    // inside, answers: the device it came by before it was forwarded; 0: made on this host.
    unsigned ingress_ifindex = 0;
    std::uint32_t repeat = 1;
    bool want_frame = false; // fill TestVerdict::frame
};

struct TestVerdict {
    // XDP: XDP_PASS, XDP_DROP, ...; inside and onward: 1 pass, 0 drop; answers: TC_ACT_...
    std::uint32_t code = 0;
    std::uint32_t duration_ns = 0; // average of the repetitions
    std::vector<std::byte> frame;  // as the program left it, if wanted
};

// REQUIRES: program is not `show`.
[[nodiscard]] Result<TestVerdict> test_run(const Objects& objects, Program program,
                                           const TestPacket& packet);

// Whether that code lets the packet go on.
[[nodiscard]] bool passes(Program program, std::uint32_t code);

} // namespace gmguard::kernel
