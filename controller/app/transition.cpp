// SPDX-License-Identifier: BSD-2-Clause
#include "app/transition.hpp"

#include "app/undo.hpp"
#include "kernel/attach.hpp"

#include <algorithm>

namespace gmguard::app {
namespace {

const config::Interface* named(const config::Config& config, const std::string& name) {
    const auto found = std::ranges::find(config.interfaces, name, &config::Interface::name);
    return found == config.interfaces.end() ? nullptr : &*found;
}

Result<> put_interfaces(Interfaces& interfaces, const config::Config& after, Undo& undo) {
    for (const auto& interface : after.interfaces) {
        const Side* there = interfaces.find(interface.name);
        if (there && there->interface == interface)
            continue;
        auto back = interfaces.exchange(interface);
        if (!back)
            return fail(std::move(back.error()));
        undo.add(std::move(*back));
    }
    return {};
}

// Those that the old file names and the new one does not. What was attached by hand is no file's.
Result<> remove_interfaces(Interfaces& interfaces, const config::Config& before,
                           const config::Config& after, Undo& undo) {
    for (const auto& interface : before.interfaces) {
        const Side* there = interfaces.find(interface.name);
        if (!there || named(after, interface.name))
            continue;
        undo.add([&interfaces, was = there->interface] { (void)interfaces.put(was); });
        if (auto removed = interfaces.remove(interface.name); !removed)
            return removed;
    }
    return {};
}

Result<> attach(const kernel::Objects& objects, const config::Cgroup& cgroup) {
    return cgroup.wanted ? kernel::attach_cgroup(objects, cgroup.path)
                         : kernel::detach_cgroup(objects.pin_path());
}

} // namespace

Result<> change_over(Engine& engine, Interfaces& interfaces, const config::Config& before,
                     const config::Config& after) {
    const auto& objects = engine.objects();
    const auto& maps = objects.maps();
    const auto hosts = interfaces.host_addresses(after.interfaces);
    const auto old = engine.tables(before, interfaces.host_addresses(before.interfaces));
    const auto fresh = old ? engine.tables(after, hosts) : old;
    if (!fresh)
        return fail(fresh.error());
    Undo undo;
    undo.add([&] { (void)kernel::fill(maps, *old); });
    auto done = kernel::add_ports(maps, *fresh);
    if (done)
        done = put_interfaces(interfaces, after, undo);
    const bool other_cgroup = before.cgroup != after.cgroup;
    if (done && other_cgroup && after.cgroup.wanted) {
        undo.add([&] { (void)attach(objects, before.cgroup); });
        done = attach(objects, after.cgroup);
    }
    if (done)
        done = kernel::put(maps, *fresh);
    if (done)
        done = remove_interfaces(interfaces, before, after, undo);
    if (done)
        done = kernel::erase_others(maps, *fresh);
    if (done && other_cgroup && !after.cgroup.wanted)
        done = attach(objects, after.cgroup);
    if (done)
        undo.dismiss();
    return done;
}

} // namespace gmguard::app
