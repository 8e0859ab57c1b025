// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/listener_ids.hpp"

#include <algorithm>
#include <bitset>
#include <cstring>

namespace gmguard::kernel {
namespace {

using Used = std::bitset<GM_LISTENERS>;

Used used_by(const ListenerIds& ids) {
    Used used;
    used.set(0); // packets of no listener
    for (const auto& [name, id] : ids)
        used.set(id);
    return used;
}

std::uint32_t first_free(const Used& used) {
    std::uint32_t id = 0;
    while (id < used.size() && used.test(id))
        ++id;
    return id;
}

} // namespace

Result<ListenerIds> ids_in(const Maps& maps) {
    ListenerIds ids;
    const auto read =
        maps.listeners.for_each([&ids](const gm_listener_key&, const gm_listener& value) {
            if (value.id != 0 && value.id < GM_LISTENERS)
                ids.emplace(name_of(value), value.id);
        });
    return read ? Result<ListenerIds>(std::move(ids)) : fail(read.error());
}

std::string name_of(const gm_listener& listener) {
    return {listener.name, strnlen(listener.name, sizeof listener.name)};
}

ListenerIds ids_by_place(const config::Config& config) {
    ListenerIds ids;
    for (const auto& listener : config.listeners)
        ids.emplace(listener.name, static_cast<std::uint32_t>(ids.size() + 1));
    return ids;
}

Result<ListenerIds> keep_ids(const Maps& maps, const config::Config& config) {
    const auto known = ids_in(maps);
    if (!known)
        return fail(known.error());
    ListenerIds ids;
    for (const auto& listener : config.listeners)
        if (const auto found = known->find(listener.name); found != known->end())
            ids.insert(*found);
    auto used = used_by(ids) | used_by(*known);
    for (const auto& listener : config.listeners) {
        if (ids.contains(listener.name))
            continue;
        if (used.all())
            used = used_by(ids);
        const auto id = first_free(used);
        used.set(id);
        ids.emplace(listener.name, id);
    }
    return ids;
}

std::string name_of(const ListenerIds& ids, std::uint32_t id) {
    const auto found = std::ranges::find(ids, id, [](const auto& entry) { return entry.second; });
    return found == ids.end() ? std::string{} : found->first;
}

} // namespace gmguard::kernel
