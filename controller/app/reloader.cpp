// SPDX-License-Identifier: BSD-2-Clause
#include "app/reloader.hpp"

#include "app/modes.hpp"
#include "app/transition.hpp"
#include "config/change.hpp"
#include "config/show.hpp"
#include "doctor/coverage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

namespace gmguard::app {
namespace {

using admin::Refusal;

std::unexpected<Refusal> refuse(Error error, const std::vector<config::Problem>& problems = {}) {
    Refusal refusal{std::move(error), {}};
    for (const auto& problem : problems)
        refusal.problems.push_back(shown(problem));
    return std::unexpected(std::move(refusal));
}

std::string counted(std::size_t count, const char* thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// Where the file names what an error is about.
config::Problem placed(const config::Config& config, const Error& error) {
    config::Problem problem{config.file, 0, 0, error.text(), ""};
    for (std::size_t i = 0; i < config.interfaces.size(); ++i)
        if (error.subject == "interface " + config.interfaces[i].name)
            if (const auto place = config.places.find(fmt::format("interface[{}].name", i));
                place != config.places.end()) {
                problem.line = place->second.line;
                problem.column = place->second.column;
            }
    return problem;
}

// What is not there is an error of the file, not of the request.
Error of_the_file(Error error, const std::string& file) {
    if (error.kind == ErrorKind::not_found)
        error.kind = ErrorKind::invalid;
    error.what = fmt::format("{}: {}", error.subject, error.what);
    error.subject = file;
    return error;
}

// Keys of what was changed at run time.
std::set<std::string> changed_at_run_time(const config::Config& loaded,
                                          const config::Config& in_force) {
    std::set<std::string> keys;
    for (const auto& change : config::changes(loaded, in_force))
        keys.insert(change.key);
    return keys;
}

} // namespace

admin::FileProblem shown(const config::Problem& problem) {
    return {problem.file, problem.line, problem.column, problem.message, problem.hint};
}

Reloader::Reloader(config::Config& config, Engine& engine, Interfaces& interfaces)
    : config_(config), engine_(engine), interfaces_(interfaces), loaded_(config),
      loaded_ns_(feeds::Moment::now().ns), tried_ns_(loaded_ns_) {}

admin::Configuration Reloader::configuration() const {
    const auto moment = feeds::Moment::now();
    admin::Configuration out{
        config_.file, moment.wall_at(loaded_ns_), {}, moment.wall_at(tried_ns_), succeeded_};
    const auto now = config::settings(config_);
    const auto then = config::settings(loaded_);
    for (std::size_t i = 0; i < now.size(); ++i) {
        const bool as_loaded = i < then.size() && then[i].json == now[i].json;
        out.items.push_back({now[i].path, now[i].json, as_loaded ? now[i].origin : "run time"});
    }
    return out;
}

std::expected<config::Config, Refusal> Reloader::read() const {
    const auto text = config::read_file(config_.file);
    if (!text)
        return refuse(of_the_file(text.error(), config_.file));
    auto reading = config::read(*text, config_.file);
    if (reading.problems.empty())
        return std::move(reading.config);
    return refuse(Error{ErrorKind::invalid, 0, config_.file,
                        "has " + counted(reading.problems.size(), "problem"), ""},
                  reading.problems);
}

config::Config Reloader::running() const {
    auto config = config_;
    for (auto& interface : config.interfaces)
        if (const Side* side = interfaces_.find(interface.name))
            interface.xdp_mode = side->interface.xdp_mode;
    return config;
}

std::expected<void, Refusal> Reloader::check(const config::Config& wanted) const {
    if (const auto problems = config::obstacles(running(), wanted); !problems.empty())
        return refuse(Error{ErrorKind::conflict, 0, wanted.file,
                            counted(problems.size(), "value") + " cannot change at run time", ""},
                      problems);
    if (auto can = engine_.check(wanted); !can)
        return refuse(std::move(can.error()));
    const auto adopted = engine_.policy().counts().adopted;
    if (adopted != 0 && enforces_anew(config_, wanted, GM_CHECK_identity_bound))
        return refuse(Error{ErrorKind::consent, 0, wanted.file,
                            fmt::format("enforces what cuts off {} that registered before the "
                                        "guard came",
                                        counted(adopted, "phone")),
                            "enforce it first with gmguard mode set, which asks; then reload"});
    if (!enforces_more(config_, wanted))
        return {};
    const auto outside = doctor::uncovered(wanted, interfaces_.namespaces());
    if (!outside || outside->empty())
        return {};
    return refuse(
        Error{ErrorKind::conflict, 0, wanted.file,
              fmt::format("enforce cannot be had: what socket {} gets is not judged, it was made "
                          "outside of the guarded cgroup",
                          fmt::join(*outside, ", ")),
              "start the P-CSCF anew in that cgroup, or name one above its own in [cgroup] path"});
}

std::expected<void, Refusal> Reloader::check_bindings(const config::Config& wanted,
                                                      bool drop_bindings, std::size_t lost) const {
    if (drop_bindings || lost == 0)
        return {};
    return refuse(Error{ErrorKind::consent, 0, wanted.file,
                        fmt::format("the pools give other selectors to sources that are bound: {} "
                                    "would end, and their phones be refused until they register",
                                    counted(lost, "binding")),
                        "say --drop-bindings (\"drop_bindings\": true) to have it so"});
}

admin::Reloaded Reloader::preview(const config::Config& wanted, std::size_t lost) const {
    admin::Reloaded out;
    out.dropped_bindings = lost;
    const auto by_hand = changed_at_run_time(loaded_, config_);
    for (auto& change : config::changes(config_, wanted)) {
        if (by_hand.contains(change.key))
            out.overridden.push_back(change.key);
        out.changes.push_back(
            {std::move(change.key), std::move(change.before), std::move(change.after)});
    }
    return out;
}

// Who spoke at a new place before is not known.
bool Reloader::comes_to_a_new_place(const config::Config& wanted) const {
    return std::ranges::any_of(wanted.interfaces, [this](const config::Interface& interface) {
        return interface.side == GM_SIDE_GM && !interfaces_.find(interface.name);
    });
}

Result<> Reloader::apply(config::Config& wanted) {
    const bool arrives = comes_to_a_new_place(wanted);
    if (auto changed = change_over(engine_, interfaces_, config_, wanted); !changed)
        return changed;
    if (arrives)
        engine_.arrive();
    std::swap(config_, wanted);
    engine_.adapt();
    spdlog::set_level(spdlog::level::from_str(config_.log_level));
    // Numbers of new listeners; addresses of namespaces that are not looked at any more.
    if (const auto filled = engine_.fill(interfaces_.host_addresses()); !filled)
        engine_.alarm("after a reload: " + filled.error().text());
    return {};
}

admin::ReloadResult Reloader::attempt(const admin::ReloadRequest& request) {
    auto wanted = read();
    if (!wanted)
        return std::unexpected(std::move(wanted.error()));
    if (auto checked = check(*wanted); !checked)
        return std::unexpected(std::move(checked.error()));
    const auto lost = engine_.policy().misfits(
        [&wanted](Address source) { return config::key_form(*wanted, source); });
    auto out = preview(*wanted, lost);
    if (request.dry_run)
        return out;
    if (auto checked = check_bindings(*wanted, request.drop_bindings, lost); !checked)
        return std::unexpected(std::move(checked.error()));
    auto config = *wanted;
    if (auto applied = apply(config); !applied)
        return refuse(of_the_file(applied.error(), wanted->file),
                      {placed(*wanted, applied.error())});
    loaded_ = config_;
    loaded_ns_ = feeds::Moment::now().ns;
    out.applied = true;
    return out;
}

admin::ReloadResult Reloader::reload(const admin::ReloadRequest& request) {
    auto result = attempt(request);
    if (!request.dry_run) {
        tried_ns_ = feeds::Moment::now().ns;
        succeeded_ = result.has_value();
    }
    return result;
}

} // namespace gmguard::app
