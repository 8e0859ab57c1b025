// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tc.hpp"

#include "kernel/fd.hpp"
#include "kernel/libbpf_log.hpp"
#include "kernel/links.hpp"

#include <bpf/libbpf.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>

namespace gmguard::kernel {
namespace {

bpf_tc_hook hook_of(unsigned ifindex, unsigned points) {
    bpf_tc_hook hook{};
    hook.sz = sizeof hook;
    hook.ifindex = static_cast<int>(ifindex);
    hook.attach_point = static_cast<bpf_tc_attach_point>(points);
    return hook;
}

bpf_tc_opts our_filter() {
    bpf_tc_opts options{};
    options.sz = sizeof options;
    options.handle = kTcHandle;
    options.priority = kTcPriority;
    return options;
}

// Walks a dump answer. True: a filter is in it; nullopt: there is more to read.
Result<std::optional<bool>> filter_in(const nlmsghdr* message, std::size_t bytes) {
    for (; NLMSG_OK(message, bytes); message = NLMSG_NEXT(message, bytes)) {
        if (message->nlmsg_type == RTM_NEWTFILTER)
            return true;
        if (message->nlmsg_type == NLMSG_DONE)
            return false;
        if (message->nlmsg_type == NLMSG_ERROR) {
            const auto* error = static_cast<const nlmsgerr*>(NLMSG_DATA(message));
            return fail(system_error(-error->error, "tc filters", "cannot list"));
        }
    }
    return std::nullopt;
}

// Whether any filter hangs at that end of clsact; libbpf cannot list them.
Result<bool> has_filters(unsigned ifindex, std::uint32_t parent) {
    const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    struct {
        nlmsghdr head;
        tcmsg body;
    } request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = RTM_GETTFILTER;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.tcm_ifindex = static_cast<int>(ifindex);
    request.body.tcm_parent = parent;
    if (!socket.valid() || ::send(socket.get(), &request, sizeof request, 0) < 0)
        return fail(system_error(errno, "tc filters", "cannot list"));
    alignas(nlmsghdr) std::array<char, 32768> answer;
    for (;;) {
        const auto bytes = ::recv(socket.get(), answer.data(), answer.size(), 0);
        if (bytes <= 0)
            return fail(system_error(errno, "tc filters", "cannot list"));
        const auto found = filter_in(reinterpret_cast<const nlmsghdr*>(answer.data()),
                                     static_cast<std::size_t>(bytes));
        if (!found)
            return fail(found.error());
        if (*found)
            return **found;
    }
}

Result<bool> clsact_in_use(unsigned ifindex) {
    for (const auto end : {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS}) {
        const auto used = has_filters(ifindex, TC_H_MAKE(TC_H_CLSACT, end));
        if (!used || *used)
            return used;
    }
    return false;
}

} // namespace

Result<bool> put_filter(int program, unsigned ifindex, const std::string& name) {
    const LibbpfLog quiet;
    auto hook = hook_of(ifindex, BPF_TC_EGRESS);
    const auto holder = filter_program(ifindex);
    if (const auto whose = program_name(holder); holder != 0 && whose != "gm_answers")
        return fail(ErrorKind::conflict, "interface " + name,
                    "its TC egress filter 1:0x676d is taken by program " + std::to_string(holder) +
                        " (" + whose + ")");
    const int made = bpf_tc_hook_create(&hook);
    if (made != 0 && made != -EEXIST)
        return fail(system_error(-made, "interface " + name, "cannot make clsact"));
    auto options = our_filter();
    options.prog_fd = program;
    options.flags = BPF_TC_F_REPLACE;
    if (const int error = bpf_tc_attach(&hook, &options); error != 0) {
        if (made == 0)
            (void)drop_filter(ifindex, true, name);
        return fail(system_error(-error, "interface " + name, "cannot attach gm_answers"));
    }
    return made == 0;
}

std::uint32_t filter_program(unsigned ifindex) {
    const LibbpfLog quiet;
    const auto hook = hook_of(ifindex, BPF_TC_EGRESS);
    auto options = our_filter();
    return bpf_tc_query(&hook, &options) == 0 ? options.prog_id : 0;
}

Result<> drop_filter(unsigned ifindex, bool clsact, const std::string& name) {
    const LibbpfLog quiet;
    const auto egress = hook_of(ifindex, BPF_TC_EGRESS);
    const auto filter = our_filter();
    const bool ours = program_name(filter_program(ifindex)) == "gm_answers";
    const int error = ours ? bpf_tc_detach(&egress, &filter) : 0;
    if (error != 0 && error != -ENOENT && error != -EINVAL)
        return fail(system_error(-error, "interface " + name, "cannot detach gm_answers"));
    if (!clsact)
        return {};
    const auto used = clsact_in_use(ifindex);
    if (!used)
        return fail(used.error());
    auto both = hook_of(ifindex, BPF_TC_INGRESS | BPF_TC_EGRESS);
    if (const int gone = *used ? 0 : bpf_tc_hook_destroy(&both); gone != 0 && gone != -ENOENT)
        return fail(system_error(-gone, "interface " + name, "cannot remove clsact"));
    return {};
}

} // namespace gmguard::kernel
