// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/attach.hpp"

#include "kernel/attached_map.hpp"
#include "kernel/cgroup.hpp"
#include "kernel/links.hpp"
#include "kernel/netns.hpp"
#include "kernel/pins.hpp"
#include "kernel/tc.hpp"

#include <net/if.h>
#include <sys/file.h>

#include <array>
#include <cerrno>

namespace gmguard::kernel {
namespace {

struct Entry {
    AttachedKey key;
    AttachedValue value;
};

// By numbers: an interface can be renamed, and bpffs takes no dots in names.
std::string xdp_pin(const std::string& pins, const AttachedKey& key) {
    return link_pin(pins, "xdp-" + std::to_string(key.netns) + "-" + std::to_string(key.ifindex));
}

Result<Entry> entry_of(const config::Interface& interface, std::uint64_t netns, unsigned ifindex) {
    Entry entry{};
    entry.key = {netns, ifindex, 0};
    if (interface.name.size() >= sizeof entry.value.name ||
        interface.netns.size() >= sizeof entry.value.netns)
        return fail(ErrorKind::invalid, "interface " + interface.name,
                    "its name or that of its network namespace is too long");
    interface.name.copy(entry.value.name, interface.name.size());
    interface.netns.copy(entry.value.netns, interface.netns.size());
    entry.value.generic = interface.xdp_mode == config::XdpMode::generic;
    return entry;
}

Result<std::vector<Entry>> entries(const std::string& pins) {
    const auto map = open_attached_map(pins);
    if (!map && map.error().kind == ErrorKind::not_found)
        return std::vector<Entry>{};
    if (!map)
        return fail(map.error());
    std::vector<Entry> found;
    const auto read = map->for_each(
        [&](const AttachedKey& key, const AttachedValue& value) { found.push_back({key, value}); });
    if (!read)
        return fail(read.error());
    return found;
}

// In the namespace of the thread. True: made, not replaced.
Result<bool> put_front(const Objects& objects, const std::string& path, const Entry& entry,
                       bool was_generic) {
    const auto live = live_link(path);
    if (!live)
        return fail(live.error());
    if (*live && was_generic != (entry.value.generic == 1))
        return fail(ErrorKind::conflict, std::string("interface ") + entry.value.name,
                    std::string("is attached in ") + (was_generic ? "generic" : "native") + " mode",
                    "detach it first");
    if (*live) {
        const auto updated = update_link(path, objects.fd(Program::front));
        return updated ? Result<bool>(false) : fail(updated.error());
    }
    const auto mode = entry.value.generic ? config::XdpMode::generic : config::XdpMode::native;
    const auto link =
        link_xdp(objects.fd(Program::front), entry.key.ifindex, mode, entry.value.name);
    if (!link)
        return fail(link.error());
    if (auto pinned = pin_over(*link, path); !pinned)
        return fail(std::move(pinned.error()));
    return true;
}

// Which namespace an entry means: where its path leads elsewhere by now, the device is gone.
Result<InNetns> enter(const Entry& entry) {
    auto in = InNetns::enter(entry.value.netns);
    if (in && in->inode() != entry.key.netns)
        return fail(ErrorKind::not_found, std::string("network namespace ") + entry.value.netns,
                    "is another one by now");
    return in;
}

// The name that the device has now; empty: it is gone, or its namespace is.
std::string present_name(const Entry& entry) {
    std::array<char, IF_NAMESIZE> name{};
    const auto in = enter(entry);
    if (!in || ::if_indextoname(entry.key.ifindex, name.data()) == nullptr)
        return {};
    return name.data();
}

Attached now(const std::string& pins, const Entry& entry) {
    Attached attached;
    attached.name = entry.value.name;
    attached.netns = entry.value.netns;
    attached.netns_inode = entry.key.netns;
    attached.ifindex = entry.key.ifindex;
    attached.mode = entry.value.generic ? config::XdpMode::generic : config::XdpMode::native;
    attached.clsact_made = entry.value.clsact_made != 0;
    const auto live = live_link(xdp_pin(pins, entry.key));
    attached.front = live && *live ? (*live)->prog_id : 0;
    if (const auto in = enter(entry))
        attached.answers = filter_program(entry.key.ifindex);
    return attached;
}

// Who removes need not be where the one that attached was: a namespace that the recorded name does
// not lead to is looked for.
Result<InNetns> enter_from_anywhere(const Entry& entry) {
    if (auto in = enter(entry))
        return in;
    const auto found = netns_with(entry.key.netns);
    return found ? InNetns::enter(*found) : fail(found.error());
}

// A dead namespace or a device that is gone took its filter along.
Result<> drop_answers(const Entry& entry) {
    std::array<char, IF_NAMESIZE> name{};
    const auto in = enter_from_anywhere(entry);
    if (!in || ::if_indextoname(entry.key.ifindex, name.data()) == nullptr)
        return {};
    return drop_filter(entry.key.ifindex, entry.value.clsact_made, entry.value.name);
}

Result<> drop(const AttachedMap& map, const std::string& pins, const Entry& entry) {
    if (auto ended = end_link(xdp_pin(pins, entry.key)); !ended)
        return ended;
    if (auto dropped = drop_answers(entry); !dropped)
        return dropped;
    return map.erase(entry.key);
}

Result<Entry> locate(const std::string& pins, const std::string& name, const std::string& netns) {
    const auto all = entries(pins);
    if (!all)
        return fail(all.error());
    const auto in = InNetns::enter(netns);
    for (const auto& entry : *all)
        if (name == entry.value.name &&
            (in ? in->inode() == entry.key.netns : netns == entry.value.netns))
            return entry;
    return fail(ErrorKind::not_found, "interface " + name, "is not attached");
}

} // namespace

Result<Attached> attach(const Objects& objects, const config::Interface& interface) {
    const auto& pins = objects.pin_path();
    const auto map = make_attached_map(pins);
    if (!map)
        return fail(map.error());
    const auto in = InNetns::enter(interface.netns);
    if (!in)
        return fail(in.error());
    const auto ifindex = ifindex_of(interface.name);
    if (!ifindex)
        return fail(ifindex.error());
    auto entry = entry_of(interface, in->inode(), *ifindex);
    if (!entry)
        return fail(std::move(entry.error()));
    const auto before = map->lookup(entry->key);
    if (!before)
        return fail(before.error());
    if (*before)
        entry->value.clsact_made = (*before)->clsact_made;
    const auto path = xdp_pin(pins, entry->key);
    const auto made = put_front(objects, path, *entry, *before && (*before)->generic == 1);
    if (!made)
        return fail(made.error());
    const auto clsact = put_filter(objects.fd(Program::answers), *ifindex, interface.name);
    entry->value.clsact_made |= clsact && *clsact;
    auto recorded = clsact ? map->put(entry->key, entry->value) : fail(clsact.error());
    if (recorded)
        return now(pins, *entry);
    if (*made)
        (void)drop(*map, pins, *entry);
    return fail(std::move(recorded.error()));
}

Result<> detach(const std::string& pin_path, const std::string& name, const std::string& netns) {
    const auto entry = locate(pin_path, name, netns);
    if (!entry)
        return fail(entry.error());
    const auto map = open_attached_map(pin_path);
    return map ? drop(*map, pin_path, *entry) : fail(map.error());
}

Result<std::vector<Attached>> attached(const std::string& pin_path) {
    const auto all = entries(pin_path);
    if (!all)
        return fail(all.error());
    std::vector<Attached> out;
    for (const auto& entry : *all)
        out.push_back(now(pin_path, entry));
    return out;
}

std::vector<Error> refresh(const Objects& objects) {
    std::vector<Error> errors;
    const auto note = [&errors](const Result<>& result) {
        if (!result)
            errors.push_back(result.error());
    };
    const auto& pins = objects.pin_path();
    const auto all = entries(pins);
    const auto map = open_attached_map(pins);
    for (const auto& entry : all ? *all : std::vector<Entry>{}) {
        const auto mode = entry.value.generic ? config::XdpMode::generic : config::XdpMode::native;
        const auto name = present_name(entry);
        if (name.empty())
            note(drop(*map, pins, entry));
        else if (const auto again = attach(objects, {name, entry.value.netns, GM_SIDE_GM, mode});
                 !again)
            errors.push_back(again.error());
    }
    if (const auto group = attached_cgroup(pins);
        group && (group->inside != 0 || group->onward != 0))
        note(attach_cgroup(objects, group->path));
    return errors;
}

Result<> remove_all(const std::string& pin_path) {
    Result<> result;
    const auto keep_first = [&result](Result<> next) {
        if (result && !next)
            result = std::move(next);
    };
    const auto all = entries(pin_path);
    const auto map = open_attached_map(pin_path);
    if (!all)
        return fail(all.error());
    for (const auto& entry : *all)
        keep_first(drop(*map, pin_path, entry));
    for (const auto* folder : {"/links", "/show"})
        for (const auto& name : names_in(pin_path + folder))
            keep_first(end_link(pin_path + folder + "/" + name));
    if (!result)
        return result;
    for (const auto& name : names_in(pin_path + "/maps"))
        keep_first(unpin(map_pin(pin_path, name)));
    for (const auto& name : names_in(pin_path + "/programs"))
        keep_first(unpin(program_pin(pin_path, name)));
    remove_empty_pin_directories(pin_path);
    return result;
}

Result<PinLock> PinLock::take(const std::string& pin_path) {
    if (auto made = make_pin_directories(pin_path); !made)
        return fail(std::move(made.error()));
    Fd fd(::open(pin_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid())
        return fail(system_error(errno, pin_path, "cannot open"));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0)
        return PinLock(std::move(fd));
    if (errno == EWOULDBLOCK)
        return fail(ErrorKind::conflict, pin_path, "another gmguardd has it",
                    "end that one first, or give this one its own [pins] path");
    return fail(system_error(errno, pin_path, "cannot lock"));
}

} // namespace gmguard::kernel
