// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/links.hpp"

#include "kernel/pins.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <cerrno>

namespace gmguard::kernel {
namespace {

bool has_hook(const bpf_link_info& info) {
    switch (info.type) {
    case BPF_LINK_TYPE_XDP:
        return info.xdp.ifindex != 0;
    case BPF_LINK_TYPE_CGROUP:
        return info.cgroup.cgroup_id != 0;
    default:
        return true;
    }
}

std::optional<bpf_link_info> info_of(const Fd& link) {
    bpf_link_info info{};
    __u32 length = sizeof info;
    const bool told = bpf_obj_get_info_by_fd(link.get(), &info, &length) == 0;
    return told ? std::optional(info) : std::nullopt;
}

// EBUSY: a link of somebody else; EEXIST: a program without one, or the other mode.
Error slot_taken(int errno_value, unsigned ifindex, const std::string& name) {
    const auto id = xdp_program(ifindex);
    const auto holder = program_name(id);
    std::string what = "its XDP slot is taken";
    if (id != 0)
        what += " by program " + std::to_string(id) + (holder.empty() ? "" : " (" + holder + ")");
    return Error{ErrorKind::conflict, 0, "interface " + name, what,
                 errno_value == EBUSY
                     ? "end the program that holds it: `bpftool link` names its link"
                     : "if it is not needed: ip link set dev " + name + " xdp off"};
}

Error xdp_error(int errno_value, unsigned ifindex, config::XdpMode mode, const std::string& name) {
    if (errno_value == EBUSY || errno_value == EEXIST)
        return slot_taken(errno_value, ifindex, name);
    auto error = system_error(errno_value, "interface " + name, "cannot attach gm_front");
    if (mode == config::XdpMode::native && errno_value == EOPNOTSUPP) {
        error.kind = ErrorKind::unsupported;
        error.what = "its driver has no native XDP";
    }
    if (mode == config::XdpMode::native)
        error.hint = "xdp_mode = \"generic\" works on every interface, slower";
    return error;
}

} // namespace

Result<std::optional<bpf_link_info>> live_link(const std::string& path) {
    const auto link = open_pin(path);
    if (!link)
        return fail(link.error());
    if (!link->valid())
        return std::nullopt;
    const auto info = info_of(*link);
    if (!info)
        return fail(system_error(errno, path, "cannot ask"));
    return has_hook(*info) ? info : std::nullopt;
}

bool is_live(const Fd& link) {
    const auto info = info_of(link);
    return info && has_hook(*info);
}

Result<> update_link(const std::string& path, int program) {
    const auto link = open_pin(path);
    if (!link)
        return fail(link.error());
    if (!link->valid())
        return fail(ErrorKind::not_found, path, "is not there");
    if (bpf_link_update(link->get(), program, nullptr) != 0)
        return fail(system_error(errno, path, "cannot replace the program"));
    return {};
}

Result<> end_link(const std::string& path) {
    const auto link = open_pin(path);
    if (!link)
        return fail(link.error());
    // EOPNOTSUPP: an iterator, which has no hook. Dead links answer in several ways.
    if (link->valid())
        (void)bpf_link_detach(link->get());
    return unpin(path);
}

Result<Fd> link_xdp(int program, unsigned ifindex, config::XdpMode mode, const std::string& name) {
    LIBBPF_OPTS(bpf_link_create_opts, options);
    // Without a flag the kernel falls back to generic where the driver cannot: never silently.
    options.flags = mode == config::XdpMode::native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    Fd link(bpf_link_create(program, static_cast<int>(ifindex), BPF_XDP, &options));
    if (!link.valid())
        return fail(xdp_error(errno, ifindex, mode, name));
    return link;
}

Result<Fd> link_cgroup(int program, const Fd& cgroup, bpf_attach_type type,
                       const std::string& path) {
    Fd link(bpf_link_create(program, cgroup.get(), type, nullptr));
    if (!link.valid() && errno == EPERM)
        return fail(ErrorKind::conflict, "cgroup " + path,
                    "refuses another program: somebody attached one exclusively to it or above",
                    "see `bpftool cgroup tree`");
    if (!link.valid())
        return fail(system_error(errno, "cgroup " + path, "cannot attach"));
    return link;
}

Result<Fd> link_iterator(int program, int map) {
    bpf_iter_link_info target{};
    target.map.map_fd = static_cast<__u32>(map);
    LIBBPF_OPTS(bpf_link_create_opts, options);
    options.iter_info = &target;
    options.iter_info_len = sizeof target;
    Fd link(bpf_link_create(program, 0, BPF_TRACE_ITER, &options));
    if (!link.valid())
        return fail(system_error(errno, "program gm_show", "cannot make an iterator of it"));
    return link;
}

std::uint32_t xdp_program(unsigned ifindex) {
    LIBBPF_OPTS(bpf_xdp_query_opts, options);
    if (bpf_xdp_query(static_cast<int>(ifindex), 0, &options) != 0)
        return 0;
    if (options.prog_id != 0)
        return options.prog_id;
    return options.drv_prog_id != 0 ? options.drv_prog_id : options.skb_prog_id;
}

std::string program_name(std::uint32_t id) {
    const Fd program(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info{};
    __u32 length = sizeof info;
    if (!program.valid() || bpf_obj_get_info_by_fd(program.get(), &info, &length) != 0)
        return {};
    return info.name;
}

} // namespace gmguard::kernel
