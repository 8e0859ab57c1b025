// SPDX-License-Identifier: BSD-2-Clause
#include "app/interfaces.hpp"

#include "kernel/netns.hpp"

#include <algorithm>
#include <set>

namespace gmguard::app {
namespace {

bool is_live(const kernel::Attached& attached) {
    return attached.front != 0 && attached.answers != 0;
}

} // namespace

std::vector<Error> Interfaces::adopt() {
    auto errors = kernel::refresh(objects_);
    const auto attached = kernel::attached(objects_.pin_path());
    if (!attached) {
        errors.push_back(attached.error());
        return errors;
    }
    for (const auto& there : *attached) {
        const config::Interface interface{there.name, there.netns, GM_SIDE_GM, there.mode};
        if (auto entered = enter(interface, there.ifindex); !entered)
            errors.push_back(std::move(entered.error()));
        sides_.push_back({interface, there.ifindex, feeds::Moment::now().wall});
    }
    return errors;
}

Result<unsigned> Interfaces::number_of(const config::Interface& interface) const {
    const auto in = kernel::InNetns::enter(interface.netns);
    if (!in)
        return fail(in.error());
    return kernel::ifindex_of(interface.name);
}

Result<> Interfaces::enter(const config::Interface& interface, unsigned ifindex) const {
    gm_iface value{};
    value.side = interface.side;
    interface.name.copy(value.name, sizeof value.name - 1);
    return objects_.maps().ifaces.put(ifindex, value);
}

Result<> Interfaces::check_free(const config::Interface& interface, unsigned ifindex) const {
    for (const Side* other : {find(interface.name), find(ifindex)})
        if (other && other->interface.netns != interface.netns)
            return fail(ErrorKind::conflict, "interface " + interface.name,
                        "its name or its number (" + std::to_string(ifindex) +
                            ") is in use in another network namespace",
                        "make it anew with `ip link add ... index N`, or under another name");
    return {};
}

Result<> Interfaces::place(const config::Interface& interface, unsigned ifindex) const {
    if (auto entered = enter(interface, ifindex); !entered)
        return entered;
    if (interface.side != GM_SIDE_GM)
        return {};
    if (auto attached = kernel::attach(objects_, interface); !attached) {
        (void)objects_.maps().ifaces.erase(ifindex);
        return fail(std::move(attached.error()));
    }
    return {};
}

// What was there before is put back where the new cannot be had.
Result<> Interfaces::put(const config::Interface& interface) {
    const auto ifindex = number_of(interface);
    if (!ifindex)
        return fail(ifindex.error());
    if (auto is_free = check_free(interface, *ifindex); !is_free)
        return is_free;
    const Side* before = find(interface.name);
    const bool changed = before && (before->ifindex != *ifindex || before->interface != interface);
    if (changed)
        if (auto gone = forget(*before); !gone)
            return gone;
    if (auto placed = place(interface, *ifindex); !placed) {
        if (changed)
            (void)place(before->interface, before->ifindex);
        return placed;
    }
    remember(interface, *ifindex);
    return {};
}

void Interfaces::remember(const config::Interface& interface, unsigned ifindex) {
    std::erase_if(sides_, [&](const Side& s) {
        return s.ifindex == ifindex && s.interface.name != interface.name;
    });
    const auto same = [&](const Side& s) { return s.interface.name == interface.name; };
    if (const auto found = std::ranges::find_if(sides_, same); found != sides_.end())
        *found = {interface, ifindex, found->since};
    else
        sides_.push_back({interface, ifindex, feeds::Moment::now().wall});
}

Result<> Interfaces::forget(const Side& side) {
    if (side.interface.side == GM_SIDE_GM) {
        const auto detached =
            kernel::detach(objects_.pin_path(), side.interface.name, side.interface.netns);
        if (!detached && detached.error().kind != ErrorKind::not_found)
            return detached;
    }
    return objects_.maps().ifaces.erase(side.ifindex);
}

Result<> Interfaces::remove(std::string_view name) {
    const Side* side = find(name);
    if (!side)
        return fail(ErrorKind::not_found, "interface " + std::string(name), "is not guarded");
    if (auto gone = forget(*side); !gone)
        return gone;
    std::erase_if(sides_, [&](const Side& s) { return s.interface.name == name; });
    return {};
}

Result<> Interfaces::settle() const {
    std::vector<std::uint32_t> strange;
    const auto& map = objects_.maps().ifaces;
    const auto read = map.for_each([&](std::uint32_t ifindex, const gm_iface&) {
        if (!find(ifindex))
            strange.push_back(ifindex);
    });
    if (!read)
        return read;
    for (const auto ifindex : strange)
        if (auto erased = map.erase(ifindex); !erased)
            return erased;
    return {};
}

bool Interfaces::is_whole(const Side& side, const std::vector<kernel::Attached>& attached) const {
    const auto live = [&side](const kernel::Attached& there) {
        return there.ifindex == side.ifindex && is_live(there);
    };
    return side.interface.side != GM_SIDE_GM || std::ranges::any_of(attached, live);
}

std::vector<std::string> Interfaces::broken() const {
    const auto attached = kernel::attached(objects_.pin_path());
    std::vector<std::string> names;
    for (const auto& side : sides_)
        if (!attached || !is_whole(side, *attached))
            names.push_back(side.interface.name);
    return names;
}

std::vector<std::string> Interfaces::mend() {
    std::vector<std::string> mended;
    const auto attached = kernel::attached(objects_.pin_path());
    for (const auto& side : attached ? std::vector<Side>(sides_) : std::vector<Side>{}) {
        const auto number = number_of(side.interface);
        if (!number || (*number == side.ifindex && is_whole(side, *attached)))
            continue;
        if (put(side.interface))
            mended.push_back(side.interface.name);
    }
    return mended;
}

const Side* Interfaces::find(std::string_view name) const {
    const auto found = std::ranges::find(
        sides_, name, [](const Side& s) -> std::string_view { return s.interface.name; });
    return found == sides_.end() ? nullptr : &*found;
}

const Side* Interfaces::find(unsigned ifindex) const {
    const auto found = std::ranges::find(sides_, ifindex, &Side::ifindex);
    return found == sides_.end() ? nullptr : &*found;
}

std::vector<Address> Interfaces::host_addresses(std::span<const config::Interface> planned) const {
    std::set<std::string> namespaces;
    const auto note = [&namespaces](const config::Interface& interface) {
        if (interface.side == GM_SIDE_GM)
            namespaces.insert(interface.netns);
    };
    std::ranges::for_each(sides_, note, &Side::interface);
    std::ranges::for_each(planned, note);
    std::set<Address> all;
    for (const auto& netns : namespaces)
        if (const auto addresses = kernel::addresses_in(netns))
            all.insert(addresses->begin(), addresses->end());
    return {all.begin(), all.end()};
}

} // namespace gmguard::app
