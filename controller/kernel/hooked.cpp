// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/hooked.hpp"

#include "kernel/links.hpp"

#include <bpf/bpf.h>
#include <libmnl/libmnl.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>
#include <memory>

namespace gmguard::kernel {
namespace {

// BPF_TCX_EGRESS of linux/bpf.h since 6.6.
constexpr auto kTcxEgress = static_cast<bpf_attach_type>(47);

using Ids = std::array<std::uint32_t, 64>; // as many as one hook takes

// A kernel that does not know the hook has nothing there.
bool query(int target, bpf_attach_type type, unsigned flags, HookPoint point,
           std::vector<Hooked>& out) {
    Ids ids{};
    auto count = static_cast<__u32>(ids.size());
    if (bpf_prog_query(target, type, flags, nullptr, ids.data(), &count) != 0)
        return false;
    for (std::uint32_t i = 0; i < count && i < ids.size(); ++i)
        out.push_back({point, ids[i], program_name(ids[i])});
    return true;
}

// --- TC filters

struct Listing {
    HookPoint point;
    std::vector<Hooked>* out;
};

int note_option(const nlattr* attribute, void* hooked) {
    auto& filter = *static_cast<Hooked*>(hooked);
    if (mnl_attr_get_type(attribute) == TCA_BPF_ID)
        filter.id = mnl_attr_get_u32(attribute);
    return MNL_CB_OK;
}

int note_attribute(const nlattr* attribute, void* hooked) {
    auto& filter = *static_cast<Hooked*>(hooked);
    if (mnl_attr_get_type(attribute) == TCA_KIND)
        filter.name = mnl_attr_get_str(attribute);
    if (mnl_attr_get_type(attribute) == TCA_OPTIONS && filter.name == "bpf")
        (void)mnl_attr_parse_nested(attribute, note_option, hooked);
    return MNL_CB_OK;
}

// A chain's head is listed beside its filters; it has no handle.
int note_filter(const nlmsghdr* header, void* data) {
    const auto& listing = *static_cast<Listing*>(data);
    const auto* message = static_cast<const tcmsg*>(mnl_nlmsg_get_payload(header));
    if (message->tcm_handle == 0)
        return MNL_CB_OK;
    Hooked filter{listing.point, 0, {}};
    (void)mnl_attr_parse(header, sizeof *message, note_attribute, &filter);
    if (filter.id != 0)
        filter.name = program_name(filter.id);
    listing.out->push_back(std::move(filter));
    return MNL_CB_OK;
}

using Socket = std::unique_ptr<mnl_socket, int (*)(mnl_socket*)>;

// What cannot be listed, as without clsact, is not there.
void list_filters(unsigned ifindex, std::uint32_t parent, HookPoint point,
                  std::vector<Hooked>& out) {
    const Socket socket(mnl_socket_open(NETLINK_ROUTE), &mnl_socket_close);
    alignas(nlmsghdr) std::array<char, 32768> buffer{};
    auto* header = mnl_nlmsg_put_header(buffer.data());
    header->nlmsg_type = RTM_GETTFILTER;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    auto* request = static_cast<tcmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(tcmsg)));
    request->tcm_ifindex = static_cast<int>(ifindex);
    request->tcm_parent = parent;
    if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0 ||
        mnl_socket_sendto(socket.get(), header, header->nlmsg_len) < 0)
        return;
    Listing listing{point, &out};
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
        const auto got = mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
        if (got < 0)
            return;
        more = mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), 0,
                          mnl_socket_get_portid(socket.get()), note_filter, &listing);
    }
}

} // namespace

std::string_view name(HookPoint point) {
    constexpr std::array<std::string_view, 6> names = {
        "XDP", "TC ingress", "TC egress", "TCX egress", "cgroup ingress", "cgroup egress"};
    return names[static_cast<std::size_t>(point)];
}

std::vector<Hooked> hooked_on(unsigned ifindex) {
    std::vector<Hooked> out;
    if (const auto id = xdp_program(ifindex); id != 0)
        out.push_back({HookPoint::xdp, id, program_name(id)});
    (void)query(static_cast<int>(ifindex), kTcxEgress, 0, HookPoint::tcx_egress, out);
    list_filters(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), HookPoint::tc_ingress, out);
    list_filters(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), HookPoint::tc_egress, out);
    return out;
}

Result<std::vector<Hooked>> hooked_on(const Fd& cgroup) {
    std::vector<Hooked> out;
    if (!query(cgroup.get(), BPF_CGROUP_INET_INGRESS, BPF_F_QUERY_EFFECTIVE, HookPoint::cgroup_in,
               out) ||
        !query(cgroup.get(), BPF_CGROUP_INET_EGRESS, BPF_F_QUERY_EFFECTIVE, HookPoint::cgroup_out,
               out))
        return fail(system_error(errno, "cgroup", "cannot list its programs"));
    return out;
}

} // namespace gmguard::kernel
