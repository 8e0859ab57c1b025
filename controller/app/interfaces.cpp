// SPDX-License-Identifier: BSD-2-Clause
#include "app/interfaces.hpp"

#include "kernel/netns.hpp"

#include <algorithm>
#include <set>

namespace gmguard::app {
namespace {

bool same(const gm_iface_key& a, const gm_iface_key& b) {
    return a.netns == b.netns && a.ifindex == b.ifindex;
}

gm_iface_key key_of(const kernel::Attached& attached) {
    return {static_cast<__u32>(attached.netns_inode), attached.ifindex};
}

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
        if (auto entered = enter(interface, app::key_of(there)); !entered)
            errors.push_back(std::move(entered.error()));
        sides_.push_back({interface, app::key_of(there), feeds::Moment::now().wall});
    }
    return errors;
}

Result<gm_iface_key> Interfaces::key_of(const config::Interface& interface) const {
    const auto in = kernel::InNetns::enter(interface.netns);
    if (!in)
        return fail(in.error());
    const auto ifindex = kernel::ifindex_of(interface.name);
    return ifindex ? kernel::own_device(*ifindex) : fail(ifindex.error());
}

Result<> Interfaces::enter(const config::Interface& interface, const gm_iface_key& key) const {
    gm_iface value{};
    value.side = interface.side;
    interface.name.copy(value.name, sizeof value.name - 1);
    return objects_.maps().ifaces.put(key, value);
}

Result<> Interfaces::check_free(const config::Interface& interface) const {
    const Side* other = find(interface.name);
    if (!other || other->interface.netns == interface.netns)
        return {};
    return fail(ErrorKind::conflict, "interface " + interface.name,
                "one of this name is guarded in another network namespace",
                "rename one of them with `ip link set ... name`");
}

Result<> Interfaces::place(const config::Interface& interface, const gm_iface_key& key) const {
    if (auto entered = enter(interface, key); !entered)
        return entered;
    if (interface.side != GM_SIDE_GM)
        return {};
    if (auto attached = kernel::attach(objects_, interface); !attached) {
        (void)objects_.maps().ifaces.erase(key);
        return fail(std::move(attached.error()));
    }
    return {};
}

// What was there before is put back where the new cannot be had.
Result<> Interfaces::put(const config::Interface& interface) {
    const auto key = key_of(interface);
    if (!key)
        return fail(key.error());
    if (auto is_free = check_free(interface); !is_free)
        return is_free;
    const Side* before = find(interface.name);
    const bool changed = before && (!same(before->key, *key) || before->interface != interface);
    if (changed)
        if (auto gone = forget(*before); !gone)
            return gone;
    if (auto placed = place(interface, *key); !placed) {
        if (changed)
            (void)place(before->interface, before->key);
        return placed;
    }
    remember(interface, *key);
    return {};
}

Result<std::function<void()>> Interfaces::exchange(const config::Interface& interface) {
    const auto key = key_of(interface);
    if (!key)
        return fail(key.error());
    const auto entry = objects_.maps().ifaces.lookup(*key);
    if (!entry)
        return fail(entry.error());
    std::optional<config::Interface> before;
    if (const Side* side = find(interface.name))
        before = side->interface;
    if (auto done = put(interface); !done)
        return fail(std::move(done.error()));
    return [this, before, key = *key, entry = *entry, name = interface.name] {
        if (before) {
            (void)put(*before);
            return;
        }
        (void)remove(name);
        (void)(entry ? objects_.maps().ifaces.put(key, *entry) : objects_.maps().ifaces.erase(key));
    };
}

void Interfaces::remember(const config::Interface& interface, const gm_iface_key& key) {
    std::erase_if(sides_, [&](const Side& s) {
        return same(s.key, key) && s.interface.name != interface.name;
    });
    const auto named = [&](const Side& s) { return s.interface.name == interface.name; };
    if (const auto found = std::ranges::find_if(sides_, named); found != sides_.end())
        *found = {interface, key, found->since};
    else
        sides_.push_back({interface, key, feeds::Moment::now().wall});
}

Result<> Interfaces::forget(const Side& side) {
    if (side.interface.side == GM_SIDE_GM) {
        const auto detached =
            kernel::detach(objects_.pin_path(), side.interface.name, side.interface.netns);
        if (!detached && detached.error().kind != ErrorKind::not_found)
            return detached;
    }
    return objects_.maps().ifaces.erase(side.key);
}

Result<> Interfaces::remove(std::string_view name) {
    const Side* side = find(name);
    if (!side)
        return fail(ErrorKind::not_found, "interface " + std::string(name), "is not guarded");
    if (auto gone = forget(*side); !gone)
        return gone;
    auto freed = set_free(*side);
    std::erase_if(sides_, [&](const Side& s) { return s.interface.name == name; });
    return freed;
}

// What nobody named is judged; what somebody released is not. One that is gone has nothing to free.
Result<> Interfaces::set_free(const Side& side) const {
    const auto key = key_of(side.interface);
    if (!key || !same(*key, side.key))
        return {};
    auto interface = side.interface;
    interface.side = GM_SIDE_FREE;
    return enter(interface, *key);
}

Result<> Interfaces::settle() const {
    std::vector<gm_iface_key> strange;
    const auto& map = objects_.maps().ifaces;
    const auto read = map.for_each([&](const gm_iface_key& key, const gm_iface&) {
        if (!find(key))
            strange.push_back(key);
    });
    if (!read)
        return read;
    for (const auto& key : strange)
        if (auto erased = map.erase(key); !erased)
            return erased;
    return {};
}

bool Interfaces::is_whole(const Side& side, const std::vector<kernel::Attached>& attached) const {
    const auto live = [&side](const kernel::Attached& there) {
        return same(app::key_of(there), side.key) && is_live(there);
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
        const auto key = key_of(side.interface);
        if (!key || (same(*key, side.key) && is_whole(side, *attached)))
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
    const auto found =
        std::ranges::find(sides_, ifindex, [](const Side& s) { return s.key.ifindex; });
    return found == sides_.end() ? nullptr : &*found;
}

const Side* Interfaces::find(const gm_iface_key& key) const {
    const auto found =
        std::ranges::find_if(sides_, [&key](const Side& s) { return same(s.key, key); });
    return found == sides_.end() ? nullptr : &*found;
}

std::vector<std::string> Interfaces::namespaces() const {
    std::set<std::string> names;
    for (const auto& side : sides_)
        if (side.interface.side == GM_SIDE_GM)
            names.insert(side.interface.netns);
    return {names.begin(), names.end()};
}

std::vector<Address> Interfaces::host_addresses(std::span<const config::Interface> planned) const {
    auto names = namespaces();
    for (const auto& interface : planned)
        if (interface.side == GM_SIDE_GM)
            names.push_back(interface.netns);
    std::set<Address> all;
    for (const auto& netns : std::set<std::string>(names.begin(), names.end()))
        if (const auto addresses = kernel::addresses_in(netns))
            all.insert(addresses->begin(), addresses->end());
    return {all.begin(), all.end()};
}

} // namespace gmguard::app
