// SPDX-License-Identifier: BSD-2-Clause
// The attachments that are no interface's: the cgroup and the readable table.
#include "kernel/attach.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/links.hpp"
#include "kernel/pins.hpp"

#include <array>

namespace gmguard::kernel {
namespace {

struct Hook {
    Program program;
    bpf_attach_type type;
    const char* pin;
};
constexpr Hook kInside{Program::inside, BPF_CGROUP_INET_INGRESS, "inside"};
constexpr Hook kStream{Program::stream, BPF_CGROUP_INET_INGRESS, "stream"};
constexpr Hook kOnward{Program::onward, BPF_CGROUP_INET_EGRESS, "onward"};
constexpr std::array kHooks{kInside, kStream, kOnward};

// The new link stands before the old one goes: two judge for a moment, never none.
Result<> put(const Objects& objects, const Hook& hook, const Cgroup& cgroup) {
    const auto path = link_pin(objects.pin_path(), hook.pin);
    const auto live = live_link(path);
    if (!live)
        return fail(live.error());
    if (*live && (*live)->cgroup.cgroup_id == cgroup.id)
        return update_link(path, objects.fd(hook.program));
    const auto link =
        link_cgroup(objects.fd(hook.program), cgroup.directory, hook.type, cgroup.path);
    return link ? pin_over(*link, path) : fail(link.error());
}

} // namespace

Result<> attach_cgroup(const Objects& objects, const std::string& path) {
    const auto cgroup = open_cgroup(path);
    if (!cgroup)
        return fail(cgroup.error());
    for (const auto& hook : kHooks)
        if (auto stands = put(objects, hook, *cgroup); !stands)
            return stands;
    return {};
}

Result<> detach_cgroup(const std::string& pin_path) {
    for (const auto& hook : kHooks)
        if (auto ended = end_link(link_pin(pin_path, hook.pin)); !ended)
            return ended;
    return {};
}

Result<AttachedCgroup> attached_cgroup(const std::string& pin_path) {
    AttachedCgroup out;
    for (const auto& hook : kHooks) {
        const auto live = live_link(link_pin(pin_path, hook.pin));
        if (!live)
            return fail(live.error());
        if (!*live)
            continue;
        switch (hook.program) {
        case Program::inside:
            out.inside = (*live)->prog_id;
            break;
        case Program::stream:
            out.stream = (*live)->prog_id;
            break;
        default:
            out.onward = (*live)->prog_id;
        }
        out.path = cgroup_path((*live)->cgroup.cgroup_id);
    }
    return out;
}

Result<> pin_show(const Objects& objects) {
    if (objects.fd(Program::show) < 0)
        return end_link(show_pin(objects.pin_path()));
    const auto link = link_iterator(objects.fd(Program::show), objects.maps().bindings.raw().fd());
    return link ? pin_over(*link, show_pin(objects.pin_path())) : fail(link.error());
}

} // namespace gmguard::kernel
