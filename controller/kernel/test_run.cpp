// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/test_run.hpp"

#include <bpf/bpf.h>
#include <linux/pkt_cls.h>

#include <cerrno>

namespace gmguard::kernel {
namespace {

// Room for what a program may put in front (XDP_PACKET_HEADROOM).
constexpr std::size_t kHeadroom = 256;

xdp_md xdp_context(const TestPacket& packet) {
    xdp_md context{};
    context.data_end = static_cast<__u32>(packet.frame.size());
    context.ingress_ifindex = packet.ifindex;
    return context;
}

__sk_buff skb_context(const TestPacket& packet) {
    __sk_buff context{};
    context.ifindex = packet.ifindex;
    context.ingress_ifindex = packet.ingress_ifindex;
    return context;
}

} // namespace

Result<TestVerdict> test_run(const Objects& objects, Program program, const TestPacket& packet) {
    TestVerdict verdict;
    if (packet.want_frame)
        verdict.frame.resize(packet.frame.size() + kHeadroom);
    auto xdp = xdp_context(packet);
    auto skb = skb_context(packet);
    LIBBPF_OPTS(bpf_test_run_opts, run);
    run.data_in = packet.frame.data();
    run.data_size_in = static_cast<__u32>(packet.frame.size());
    run.data_out = packet.want_frame ? verdict.frame.data() : nullptr;
    run.data_size_out = static_cast<__u32>(verdict.frame.size());
    run.repeat = static_cast<int>(packet.repeat);
    if (program != Program::front) {
        run.ctx_in = &skb;
        run.ctx_size_in = sizeof skb;
    } else if (packet.ifindex != 0) {
        run.ctx_in = &xdp;
        run.ctx_size_in = sizeof xdp;
    }
    if (bpf_prog_test_run_opts(objects.fd(program), &run) != 0)
        return fail(system_error(errno, "program " + std::string(name(program)),
                                 "cannot run a packet of " + std::to_string(packet.frame.size()) +
                                     " bytes through it"));
    verdict.code = run.retval;
    verdict.duration_ns = run.duration;
    verdict.frame.resize(packet.want_frame ? run.data_size_out : 0);
    return verdict;
}

bool passes(Program program, std::uint32_t code) {
    switch (program) {
    case Program::front:
        return code == XDP_PASS || code == XDP_TX || code == XDP_REDIRECT;
    case Program::inside:
    case Program::stream:
    case Program::onward:
        return (code & 1) != 0;
    default:
        return code != TC_ACT_SHOT;
    }
}

} // namespace gmguard::kernel
