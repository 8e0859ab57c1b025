// SPDX-License-Identifier: BSD-2-Clause
// Tables into the kernel's maps, while packets are judged by them. Whatever a packet finds was
// meant by the tables of before or by those to come.
#include "kernel/tables.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace gmguard::kernel {
namespace {

using ListenerEntry = std::pair<gm_listener_key, gm_listener>;

// Keys and values have no padding that is not named and zero, so their bytes tell them apart.
template <typename T> std::string bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename T> bool alike(const T& a, const T& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

// What is there already is not written again: its memory would go to the next entry.
template <typename K, typename V>
Result<> put_all(const Map<K, V>& map, const std::vector<std::pair<K, V>>& wanted) {
    for (const auto& [key, value] : wanted) {
        const auto there = map.lookup(key);
        if (!there)
            return fail(there.error());
        if (*there && alike(**there, value))
            continue;
        if (auto put = map.put(key, value); !put)
            return put;
    }
    return {};
}

template <typename K, typename V>
Result<> erase_all_but(const Map<K, V>& map, const std::vector<std::pair<K, V>>& wanted) {
    std::set<std::string> keep;
    for (const auto& entry : wanted)
        keep.insert(bytes_of(entry.first));
    std::vector<K> gone;
    const auto read = map.for_each([&](const K& key, const V&) {
        if (!keep.contains(bytes_of(key)))
            gone.push_back(key);
    });
    if (!read)
        return read;
    for (const auto& key : gone)
        if (auto erased = map.erase(key); !erased)
            return erased;
    return {};
}

// Until every program that runs now has ended. Where the kernel has no such call, nothing is waited
// for: programs run for microseconds.
void wait_for_programs() {
    (void)::syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

// A program that has looked up an entry may still read it when it is replaced, and a hash map gives
// the memory of a replaced entry to the one that is replaced next. Those of one listener and role
// are alike, so they follow each other; between two that are not, programs come to their end.
// Entries of an address come before those of every address, which may mark them as elsewhere.
std::vector<ListenerEntry> in_order(std::vector<ListenerEntry> entries) {
    std::ranges::stable_sort(entries, {}, [](const ListenerEntry& entry) {
        const auto& [key, value] = entry;
        return std::tuple(key.address == 0, value.id, value.role);
    });
    return entries;
}

// A number may have been another listener's: its counters are nobody's.
Result<> begin_counters(const Maps& maps, const std::vector<ListenerEntry>& wanted) {
    auto known = ids_in(maps);
    if (!known)
        return fail(std::move(known.error()));
    for (const auto& [key, value] : wanted)
        if (value.id != 0 && known->emplace(name_of(value), value.id).second)
            if (auto zeroed = maps.counters.zero(value.id); !zeroed)
                return zeroed;
    return {};
}

Result<> put_listeners(const Maps& maps, const std::vector<ListenerEntry>& wanted) {
    std::optional<gm_listener> replaced_by; // by what the last one was
    for (const auto& [key, value] : in_order(wanted)) {
        const auto there = maps.listeners.lookup(key);
        if (!there)
            return fail(there.error());
        if (*there && alike(**there, value))
            continue;
        if (*there && replaced_by && !alike(*replaced_by, value))
            wait_for_programs();
        if (auto put = maps.listeners.put(key, value); !put)
            return put;
        if (*there)
            replaced_by = value;
    }
    return {};
}

} // namespace

Result<> forget_listeners(const Maps& maps) {
    auto settings = read_settings(maps);
    if (!settings)
        return fail(std::move(settings.error()));
    ++settings->listeners;
    return maps.settings.put(0, *settings);
}

Result<> add_ports(const Maps& maps, const Tables& tables) {
    if (auto begun = begin_counters(maps, tables.listeners); !begun)
        return begun;
    for (const auto& [key, value] : in_order(tables.listeners)) {
        auto everywhere = key;
        everywhere.address = 0;
        const auto here = maps.listeners.lookup(key);
        const auto any = maps.listeners.lookup(everywhere);
        if (!here || !any)
            return fail(here ? any.error() : here.error());
        const bool covered = *here || (*any && (*any)->role != GM_ROLE_ELSEWHERE);
        if (covered || key.port == 0 || value.role == GM_ROLE_ELSEWHERE)
            continue;
        if (auto put = maps.listeners.put(key, value); !put)
            return put;
    }
    return forget_listeners(maps);
}

Result<> put(const Maps& maps, const Tables& tables) {
    for (auto result :
         {begin_counters(maps, tables.listeners), put_listeners(maps, tables.listeners),
          put_all(maps.pools, tables.pools), put_all(maps.peers, tables.peers)})
        if (!result)
            return result;
    const auto before = read_settings(maps);
    if (!before)
        return fail(before.error());
    for (const auto& step : steps_between(*before, tables.settings))
        if (auto written = write_settings(maps, step); !written)
            return written;
    return forget_listeners(maps);
}

Result<> erase_others(const Maps& maps, const Tables& tables) {
    for (auto result :
         {erase_all_but(maps.listeners, tables.listeners), erase_all_but(maps.pools, tables.pools),
          erase_all_but(maps.peers, tables.peers)})
        if (!result)
            return result;
    return forget_listeners(maps);
}

Result<> fill(const Maps& maps, const Tables& tables) {
    auto there = put(maps, tables);
    return there ? erase_others(maps, tables) : there;
}

} // namespace gmguard::kernel
