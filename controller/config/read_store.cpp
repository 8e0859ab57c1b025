// SPDX-License-Identifier: BSD-2-Clause
// Where journal and audit are kept, and how much of them.
#include "config/sections.hpp"

#include <fmt/format.h>

namespace gmguard::config {
namespace {

constexpr std::int64_t kFewestRows = 100;
constexpr std::int64_t kMostRows = 1'000'000; // each start reads them all: some ten seconds
constexpr std::int64_t kMostDays = 3650;

std::string read_path(Section& section) {
    const std::string otherwise = Store{}.path;
    const auto path = section.text("path").value_or(otherwise);
    if (path == "none")
        return {};
    if (!is_clean_path(path))
        section.problem_of("path", fmt::format("\"{}\" is no absolute path", path),
                           fmt::format("for example {}; \"none\" keeps it in memory", otherwise));
    return path;
}

std::uint32_t read_number(Section& section, std::string_view key, std::int64_t min,
                          std::int64_t max, std::uint32_t otherwise) {
    return static_cast<std::uint32_t>(section.integer(key, min, max).value_or(otherwise));
}

} // namespace

Store read_store(Section section) {
    Store store;
    store.path = read_path(section);
    store.events = read_number(section, "events", kFewestRows, kMostRows, store.events);
    store.event_days = read_number(section, "event_days", 1, kMostDays, store.event_days);
    store.changes = read_number(section, "changes", kFewestRows, kMostRows, store.changes);
    store.change_days = read_number(section, "change_days", 1, kMostDays, store.change_days);
    section.finish();
    return store;
}

} // namespace gmguard::config
