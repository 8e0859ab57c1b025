// SPDX-License-Identifier: BSD-2-Clause
#include "doctor.hpp"

#include "commands.hpp"

#include "kernel/features.hpp"

#include <fmt/format.h>

#include <iterator>

namespace gmguard::cli {
namespace {

namespace json = boost::json;
using doctor::Findings;
using doctor::Grade;

void append(Findings& out, Findings more) {
    std::ranges::move(more, std::back_inserter(out));
}

void examine_daemon(Session& session, Findings& out) {
    const auto status = get(session, "/v1/status");
    if (!status) {
        out.push_back({Grade::warn, "gmguardd", status.error().text(),
                       "start it; what is attached goes on judging without it"});
        return;
    }
    out.push_back({Grade::ok, "gmguardd",
                   fmt::format("{} answers at {}", text(*status, "version"), session.server.name()),
                   ""});
    for (const auto& reason : list(member(*status, "readiness"), "reasons"))
        out.push_back({Grade::fail, "gmguardd", text(reason), "see gmguard events --type alarm"});
    for (const auto& warning : list(*status, "warnings"))
        out.push_back({Grade::warn, "gmguardd", text(warning), "see gmguard status"});
}

void examine_configured(const config::Config& config, Findings& out) {
    append(out, doctor::examine_host(config.pins));
    append(out, doctor::examine_interfaces(config));
    append(out, doctor::examine_cgroup(config));
    append(out, doctor::examine_sockets(config));
    append(out, doctor::examine_leases(config, kernel::may_tell_associations()));
}

Cell grade_cell(Grade grade) {
    const auto style = grade == Grade::ok     ? Style::good
                       : grade == Grade::warn ? Style::warn
                                              : Style::bad;
    return {std::string(doctor::name(grade)), style};
}

void show(Output& out, const Findings& findings) {
    Table table({{"GRADE"}, {"SUBJECT"}, {"FINDING"}});
    for (const auto& each : findings)
        table.row({grade_cell(each.grade), each.subject,
                   each.what + (each.hint.empty() ? "" : "; " + each.hint)});
    out.table(table);
}

Exit exit_of(Grade worst) {
    switch (worst) {
    case Grade::ok:
        return Exit::ok;
    case Grade::warn:
        return Exit::degraded;
    default:
        return Exit::failed;
    }
}

} // namespace

Findings examine_all(Session& session, const std::string& config_file) {
    Findings out;
    examine_daemon(session, out);
    const auto config = config::load(config_file);
    if (config) {
        out.push_back({Grade::ok, "configuration", config_file + " is right", ""});
        examine_configured(*config, out);
        return out;
    }
    const bool is_missing = config.error().kind == ErrorKind::not_found;
    out.push_back({is_missing ? Grade::warn : Grade::fail, "configuration", config.error().text(),
                   is_missing ? "examined without one: name it with --config"
                              : "examined without one: gmguard config check " + config_file});
    append(out, doctor::examine_host(session.pins));
    return out;
}

json::object json_of(const Findings& findings) {
    json::array items;
    for (const auto& each : findings)
        items.push_back(json::object{
            {"grade", doctor::name(each.grade)},
            {"subject", each.subject},
            {"what", each.what},
            {"hint", each.hint.empty() ? json::value(nullptr) : json::value(each.hint)}});
    return {{"worst", doctor::name(doctor::worst(findings))}, {"items", std::move(items)}};
}

Exit examine(Session& session, const std::string& config_file) {
    const auto findings = examine_all(session, config_file);
    if (session.out.is_table())
        show(session.out, findings);
    else
        session.out.list(json_of(findings));
    return exit_of(doctor::worst(findings));
}

} // namespace gmguard::cli
