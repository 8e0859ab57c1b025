// SPDX-License-Identifier: BSD-2-Clause
// gm_settings is one entry that programs read while it is written: each write must make a
// difference only where a packet may find either value, word by word.
#include "kernel/tables.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

namespace gmguard::kernel {
namespace {

std::string_view text_of(const gm_home& home) {
    return {home.name, std::min<std::size_t>(home.size, sizeof home.name)};
}

// The slot of `domain`, among the first `homes`.
std::optional<std::size_t> slot_of(const gm_settings& settings, std::string_view domain) {
    for (std::size_t i = 0; i < settings.homes && i < GM_HOMES; ++i)
        if (settings.home[i].size != 0 && text_of(settings.home[i]) == domain)
            return i;
    return std::nullopt;
}

// The wanted domains with those that were there before at their old slots. One that goes leaves a
// slot of size 0, which is the host of no URI.
gm_settings with_kept_slots(const gm_settings& before, const gm_settings& wanted) {
    gm_settings after = wanted;
    std::memset(after.home, 0, sizeof after.home);
    after.homes = 0;
    const auto place = [&after](std::size_t slot, const gm_home& home) {
        after.home[slot] = home;
        after.homes = std::max(after.homes, static_cast<__u32>(slot + 1));
    };
    for (std::size_t i = 0; i < wanted.homes; ++i)
        if (const auto slot = slot_of(before, text_of(wanted.home[i])))
            place(*slot, wanted.home[i]);
    for (std::size_t i = 0, slot = 0; i < wanted.homes; ++i) {
        if (slot_of(after, text_of(wanted.home[i])))
            continue;
        while (after.home[slot].size != 0)
            ++slot;
        place(slot, wanted.home[i]);
    }
    return after;
}

constexpr std::array kRates{
    &gm_settings::per_user,  &gm_settings::per_source, &gm_settings::known, &gm_settings::unknown,
    &gm_settings::emergency, &gm_settings::fragments,  &gm_settings::events};

} // namespace

std::vector<gm_settings> steps_between(const gm_settings& before, const gm_settings& wanted) {
    if (before.schema != GM_SCHEMA)
        return {wanted};
    const gm_settings last = with_kept_slots(before, wanted);
    std::vector<gm_settings> steps;
    // First what is looked at only by what comes then: domains that none are counted of yet, and
    // bursts, the larger of both, so that no rate ever has a burst of nothing.
    gm_settings first = before;
    if (before.homes == 0)
        std::memcpy(first.home, last.home, sizeof first.home);
    for (const auto rate : kRates)
        (first.*rate).burst = std::max((before.*rate).burst, (last.*rate).burst);
    if (std::memcmp(&first, &before, sizeof first) != 0)
        steps.push_back(first);
    gm_settings second = last;
    for (const auto rate : kRates)
        (second.*rate).burst = (first.*rate).burst;
    if (std::memcmp(&second, &last, sizeof second) != 0)
        steps.push_back(second);
    steps.push_back(last);
    return steps;
}

} // namespace gmguard::kernel
