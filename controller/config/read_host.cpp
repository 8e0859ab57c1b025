// SPDX-License-Identifier: BSD-2-Clause
// What the daemon uses of its host: cgroup, pins, log.
#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::config {
namespace {

constexpr Word<std::string_view> kLevels[]{
    {"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}};

} // namespace

bool is_one_line(std::string_view text) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    return std::ranges::none_of(text, control);
}

bool is_clean_path(std::string_view path) {
    return path.size() > 1 && path.front() == '/' && path.back() != '/' &&
           path.find("//") == std::string_view::npos && is_one_line(path);
}

std::string read_name(Section& section) {
    const auto name = section.text("name").value_or("");
    const auto bad = [](char c) { return c <= ' ' || c > '~'; };
    if (!section.has("name"))
        section.problem("a name is missing", "it stands in counters, events and map dumps");
    else if (name.size() >= GM_NAME_TEXT)
        section.problem_of("name", fmt::format("the name is longer than {}", GM_NAME_TEXT - 1));
    else if (std::ranges::any_of(name, bad))
        section.problem_of("name", "the name has characters other than printable ASCII");
    return name;
}

Cgroup read_cgroup(Section section) {
    const auto path = section.text("path").value_or("auto");
    section.finish();
    if (path == "none")
        return {.wanted = false, .path = {}};
    if (path == "auto")
        return {};
    if (!is_clean_path(path))
        section.problem_of("path", fmt::format("\"{}\" is no absolute path", path),
                           "\"auto\" finds cgroup2, \"none\" does without it");
    return {.wanted = true, .path = path};
}

std::string read_pins(Section section) {
    const std::string otherwise = Config{}.pins;
    const auto path = section.text("path").value_or(otherwise);
    if (!is_clean_path(path))
        section.problem_of("path", fmt::format("\"{}\" is no absolute path", path),
                           fmt::format("pins live below a bpffs, by default in {}", otherwise));
    else if (path.find('.') != std::string::npos)
        section.problem_of("path", fmt::format("{} has a dot, which a bpffs refuses", path));
    else if (path.rfind('/') == 0 || path == "/sys/fs/bpf")
        section.problem_of("path", fmt::format("{} is no folder of gmguard's own", path),
                           fmt::format("for example {}", otherwise));
    else if (path.starts_with("/sys/") && !path.starts_with("/sys/fs/bpf/"))
        section.problem_of("path", fmt::format("{} is on no bpffs", path),
                           fmt::format("for example {}", otherwise));
    section.finish();
    return path;
}

std::string read_log(Section section) {
    const auto level = section.choice<std::string_view>("level", kLevels).value_or("info");
    section.finish();
    return std::string(level);
}

} // namespace gmguard::config
