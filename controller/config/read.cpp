// SPDX-License-Identifier: BSD-2-Clause
// From a file to a Config: TOML, then its sections, then what they say together.
#include "config/sections.hpp"
#include "config/validate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace gmguard::config {
namespace {

Config read_root(Section root) {
    Config config;
    config.mode = read_mode(root, "mode").value_or(config.mode);
    for (auto& section : root.tables("interface"))
        config.interfaces.push_back(read_interface(std::move(section)));
    for (auto& section : root.tables("listener"))
        config.listeners.push_back(read_listener(std::move(section)));
    if (auto section = root.table("core"))
        config.core = read_core(std::move(*section));
    if (auto section = root.table("cgroup"))
        config.cgroup = read_cgroup(std::move(*section));
    for (auto& section : root.tables("pool"))
        config.pools.push_back(read_pool(std::move(section)));
    if (auto section = root.table("home")) {
        auto home = read_home(std::move(*section));
        config.home_domains = std::move(home.domains);
        config.reports = std::move(home.reports);
    }
    if (auto section = root.table("limits"))
        config.limits = read_limits(std::move(*section));
    if (auto section = root.table("pins"))
        config.pins = read_pins(std::move(*section));
    if (auto section = root.table("store"))
        config.store = read_store(std::move(*section));
    if (auto section = root.table("admin"))
        config.admin = read_admin(std::move(*section));
    if (auto section = root.table("log"))
        config.log_level = read_log(std::move(*section));
    root.finish();
    return config;
}

// toml++ tells its errors by exception in the build that distributions ship.
std::optional<toml::table> parse_toml(std::string_view text, Notes& notes) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        notes.problem({begin.line, begin.column}, std::string(error.description()));
        return std::nullopt;
    }
}

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

} // namespace

Reading read(std::string_view text, std::string_view file_name) {
    Reading reading;
    Notes notes(file_name);
    if (const auto table = parse_toml(text, notes)) {
        reading.config = read_root(Section(*table, "", notes));
        validate(reading.config, notes);
    }
    reading.config.file = file_name;
    reading.config.places = notes.places();
    reading.problems = notes.problems();
    return reading;
}

Result<Config> parse(std::string_view text, std::string_view file_name) {
    auto reading = read(text, file_name);
    if (reading.problems.empty())
        return std::move(reading.config);
    std::vector<std::string> lines;
    for (const auto& problem : reading.problems)
        lines.push_back(problem.text());
    return fail(ErrorKind::invalid, "", fmt::format("{}", fmt::join(lines, "\n")));
}

Result<std::string> read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    if (!file && errno == ENOENT)
        return fail(ErrorKind::not_found, path, "no such file");
    if (!file)
        return fail(system_error(errno, path, "cannot open"));
    std::string text;
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), file.get()))
        text.append(buffer.data(), count);
    if (std::ferror(file.get()) != 0)
        return fail(system_error(errno, path, "cannot read"));
    return text;
}

Result<Config> load(const std::string& path) {
    const auto text = read_file(path);
    if (!text)
        return fail(text.error());
    return parse(*text, path);
}

} // namespace gmguard::config
