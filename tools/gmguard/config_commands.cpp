// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"

#include "config/show.hpp"
#include "config/words.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

json::object json_of(const config::Problem& problem) {
    return {{"file", problem.file},
            {"line", problem.line},
            {"column", problem.column},
            {"detail", problem.message},
            {"hint", problem.hint}};
}

// A failure with each problem as one of its errors.
Failure failure_of(const std::string& file, const std::vector<config::Problem>& problems) {
    auto told =
        failure(Error{ErrorKind::invalid,
                      0,
                      file,
                      fmt::format("{} problem{}", problems.size(), problems.size() == 1 ? "" : "s"),
                      {}});
    told.exit = Exit::failed;
    json::array errors;
    for (const auto& problem : problems)
        errors.push_back(json_of(problem));
    told.problem["errors"] = std::move(errors);
    return told;
}

Outcome<config::Config> read_config(const std::string& file) {
    const auto text = config::read_file(file);
    if (!text)
        return std::unexpected(failure(text.error()));
    auto reading = config::read(*text, file);
    if (!reading.problems.empty())
        return std::unexpected(failure_of(file, reading.problems));
    return std::move(reading.config);
}

std::string counted(std::size_t count, const char* thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string summary_of(const config::Config& config) {
    const auto homes = config.home_domains.size();
    return fmt::format("mode {}, {}, {}, {}, {}, {}", config::word(config.mode),
                       counted(config.interfaces.size(), "interface"),
                       counted(config.listeners.size(), "listener"),
                       counted(config.pools.size(), "pool"),
                       counted(config.core.peers.size(), "core peer"),
                       homes == 0 ? "any home domain" : counted(homes, "home domain"));
}

json::object summary_json(const config::Config& config) {
    return {{"file", config.file},
            {"ok", true},
            {"mode", config::word(config.mode)},
            {"interfaces", config.interfaces.size()},
            {"listeners", config.listeners.size()},
            {"pools", config.pools.size()},
            {"core_peers", config.core.peers.size()},
            {"home_domains", config.home_domains.size()}};
}

json::object json_of(const config::Setting& setting) {
    return {
        {"key", setting.path}, {"value", json::parse(setting.json)}, {"origin", setting.origin}};
}

void show_toml(Output& out, const config::Config& config) {
    std::istringstream lines(config::to_toml(config));
    for (std::string line; std::getline(lines, line);)
        out.line(line);
}

} // namespace

Outcome<config::Config> guard_of(const std::string& file) {
    return file.empty() ? config::default_guard() : read_config(file);
}

Exit config_check(Session& session, const std::string& file) {
    const auto config = read_config(file);
    if (!config)
        return session.out.fail(config.error());
    if (!session.out.is_table()) {
        session.out.value(summary_json(*config));
        return Exit::ok;
    }
    session.out.line(Cell(file + ": ok", Style::good));
    session.out.line("  " + summary_of(*config));
    return Exit::ok;
}

Exit config_show(Session& session, const std::string& file) {
    const auto config = read_config(file);
    if (!config)
        return session.out.fail(config.error());
    if (session.out.is_table()) {
        show_toml(session.out, *config);
        return Exit::ok;
    }
    json::array items;
    for (const auto& setting : config::settings(*config))
        items.push_back(json_of(setting));
    session.out.list(json::object{{"file", file}, {"items", std::move(items)}});
    return Exit::ok;
}

} // namespace gmguard::cli
