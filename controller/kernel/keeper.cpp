// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/keeper.hpp"

#include "kernel/links.hpp"
#include "kernel/pins.hpp"

#include <set>
#include <string_view>

namespace gmguard::kernel {
namespace {

constexpr std::string_view kLinks = "links/";

std::set<std::string> names_below(const std::string& pins) {
    std::set<std::string> names;
    for (const auto* folder : {"maps/", "programs/", "links/", "show/"})
        for (const auto& name : names_in(pins + "/" + folder))
            names.insert(folder + name);
    return names;
}

} // namespace

Result<> Keeper::hold(const std::string& name) {
    auto fd = open_pin(pins_ + "/" + name);
    if (!fd)
        return fail(std::move(fd.error()));
    if (fd->valid())
        held_.insert_or_assign(name, std::move(*fd));
    return {};
}

Result<std::vector<std::string>> Keeper::keep() {
    const auto there = names_below(pins_);
    for (const auto& name : there)
        if (auto held = hold(name); !held)
            return fail(std::move(held.error()));
    std::erase_if(held_, [&there](const auto& entry) {
        const auto& [name, fd] = entry;
        return name.starts_with(kLinks) && !there.contains(name) && !is_live(fd);
    });
    std::vector<std::string> again;
    for (const auto& [name, fd] : held_) {
        if (there.contains(name))
            continue;
        auto pinned = make_pin_directories(pins_);
        if (pinned)
            pinned = pin(fd, pins_ + "/" + name);
        if (!pinned)
            return fail(std::move(pinned.error()));
        again.push_back(name);
    }
    return again;
}

} // namespace gmguard::kernel
