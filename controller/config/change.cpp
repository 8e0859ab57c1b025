// SPDX-License-Identifier: BSD-2-Clause
#include "config/change.hpp"

#include "config/show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>

namespace gmguard::config {
namespace {

// "listener[1]" -> "listener[gm]"; an interface of another namespace is "interface[pcscf:gm0]".
using Names = std::map<std::string, std::string, std::less<>>;

Names names_in(const Config& config) {
    Names names;
    const auto add = [&names](std::string_view list, std::size_t i, const std::string& name) {
        names.emplace(fmt::format("{}[{}]", list, i), fmt::format("{}[{}]", list, name));
    };
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const auto& [name, netns, side, xdp_mode] = config.interfaces[i];
        add("interface", i, netns.empty() ? name : netns + ":" + name);
    }
    for (std::size_t i = 0; i < config.listeners.size(); ++i)
        add("listener", i, config.listeners[i].name);
    for (std::size_t i = 0; i < config.pools.size(); ++i)
        add("pool", i, config.pools[i].name);
    return names;
}

std::string key_of(const Setting& setting, const Names& names) {
    const auto end = setting.path.find(']');
    if (end == std::string::npos)
        return setting.path;
    const auto named = names.find(std::string_view(setting.path).substr(0, end + 1));
    return named == names.end() ? setting.path : named->second + setting.path.substr(end + 1);
}

struct Value {
    std::string key, json;
    Place place;
};

std::vector<Value> values_of(const Config& config) {
    const auto names = names_in(config);
    std::vector<Value> values;
    for (const auto& setting : settings(config)) {
        const auto place = config.places.find(setting.path);
        values.push_back({key_of(setting, names), setting.json,
                          place == config.places.end() ? Place{} : place->second});
    }
    return values;
}

const Value* find(const std::vector<Value>& values, const std::string& key) {
    const auto found = std::ranges::find(values, key, &Value::key);
    return found == values.end() ? nullptr : &*found;
}

std::string hint_for(std::string_view key) {
    if (key == "limits.bindings" || key.starts_with("pins."))
        return "end gmguardd, remove what it attached with `gmguard detach --all`, and start it "
               "anew";
    if (key.ends_with(".xdp_mode"))
        return "between the two nothing would be attached; do it when that is right: gmguard "
               "detach, gmguard attach --xdp-mode, then reload";
    return "start gmguardd anew; what is attached goes on judging meanwhile";
}

Problem obstacle(const Change& change, const std::string& file) {
    const auto text = [](const std::string& json) { return json.empty() ? "not there" : json; };
    return {file, change.place.line, change.place.column,
            fmt::format("{} is {} and cannot become {} while gmguardd runs", change.key,
                        text(change.before), text(change.after)),
            hint_for(change.key)};
}

// The kernel has no two modes of XDP on one interface, and none that becomes the other.
void keep_xdp_modes(const Config& running, Config& wanted) {
    for (auto& interface : wanted.interfaces) {
        const auto there = std::ranges::find_if(running.interfaces, [&](const Interface& each) {
            return each.name == interface.name && each.netns == interface.netns;
        });
        if (there != running.interfaces.end() && there->side == interface.side)
            interface.xdp_mode = there->xdp_mode;
    }
}

} // namespace

std::vector<Change> changes(const Config& before, const Config& after) {
    const auto old = values_of(before);
    const auto fresh = values_of(after);
    std::vector<Change> out;
    for (const auto& value : fresh)
        if (const auto* was = find(old, value.key); !was || was->json != value.json)
            out.push_back({value.key, was ? was->json : "", value.json, value.place});
    for (const auto& value : old)
        if (!find(fresh, value.key))
            out.push_back({value.key, value.json, "", {}});
    return out;
}

bool same(const Config& a, const Config& b) {
    Config other = b;
    other.file = a.file;
    other.places = a.places;
    return a == other;
}

Config reachable(const Config& running, const Config& wanted) {
    Config out = running;
    out.mode = wanted.mode;
    out.interfaces = wanted.interfaces;
    keep_xdp_modes(running, out);
    out.listeners = wanted.listeners;
    out.core = wanted.core;
    out.cgroup = wanted.cgroup;
    out.pools = wanted.pools;
    out.home_domains = wanted.home_domains;
    out.reports = wanted.reports;
    out.limits = wanted.limits;
    out.limits.bindings = running.limits.bindings;                         // the size of maps
    out.limits.registration_timer_s = running.limits.registration_timer_s; // of those that run
    out.log_level = wanted.log_level;
    return out;
}

std::vector<Problem> obstacles(const Config& running, const Config& wanted) {
    const Config reached = reachable(running, wanted);
    if (same(reached, wanted))
        return {};
    std::vector<Problem> problems;
    for (const auto& change : changes(reached, wanted))
        problems.push_back(obstacle(change, wanted.file));
    if (problems.empty())
        problems.push_back(
            {wanted.file, 0, 0, "it has changes that cannot be made at run time", hint_for("")});
    return problems;
}

} // namespace gmguard::config
