// SPDX-License-Identifier: BSD-2-Clause
// The configuration of the running guard: shown, compared with its file, and read again.
#include "commands.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

// "false", "[5060, 6100]"; "-" where it is not there.
std::string value_text(const json::value& value) {
    return value.is_null() ? "-" : json::serialize(value);
}

std::string counted(std::uint64_t count, const char* thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void show_changes(Output& out, const json::value& reloaded) {
    Table table({{"KEY"}, {"IN FORCE"}, {"FILE"}});
    for (const auto& change : list(reloaded, "changes"))
        table.row({text(change, "key"), value_text(member(change, "before")),
                   value_text(member(change, "after"))});
    if (table.size() != 0)
        out.table(table);
    else
        out.line("the file says what is in force");
}

void remark_on(Output& out, const json::value& reloaded, bool applied) {
    const auto dropped = number(reloaded, "dropped_bindings");
    if (dropped != 0)
        out.remark(applied ? counted(dropped, "binding") + " ended: their selectors are others now"
                           : counted(dropped, "binding") +
                                 " would end: a reload is refused without --drop-bindings");
    if (!list(reloaded, "overridden").empty())
        out.remark("changed at run time, and as the file says " +
                   std::string(applied ? "now" : "after a reload") + ": " +
                   joined(reloaded, "overridden"));
}

Exit show(Session& session, const json::value& reloaded, bool applied) {
    if (!session.out.is_table()) {
        session.out.value(reloaded);
        return Exit::ok;
    }
    if (applied)
        session.out.line(
            Cell("reloaded: " + counted(list(reloaded, "changes").size(), "value") + " changed",
                 Style::good));
    else
        show_changes(session.out, reloaded);
    remark_on(session.out, reloaded, applied);
    return Exit::ok;
}

// What a reload would refuse is wrong with a file, not with the command line.
Exit refuse(Session& session, Failure failure) {
    if (failure.exit == Exit::usage)
        failure.exit = Exit::failed;
    return session.out.fail(failure);
}

} // namespace

Exit config_diff(Session& session) {
    const auto reloaded = get(session, "/v1/config:diff");
    return reloaded ? show(session, *reloaded, false) : refuse(session, reloaded.error());
}

Exit config_reload(Session& session, const ConfigReloadOptions& options) {
    if (options.dry_run)
        return config_diff(session);
    const auto reloaded =
        ask(session, with_body("POST", "/v1/config:reload",
                               json::object{{"drop_bindings", options.drop_bindings}}));
    return reloaded ? show(session, *reloaded, true) : refuse(session, reloaded.error());
}

Exit config_show_live(Session& session) {
    const auto configuration = get(session, "/v1/config");
    if (!configuration)
        return session.out.fail(configuration.error());
    if (!session.out.is_table()) {
        session.out.list(*configuration);
        return Exit::ok;
    }
    session.out.line(text(*configuration, "file") + ", loaded " +
                     since(*configuration, "loaded", session.now) + " ago");
    Table table({{"KEY"}, {"VALUE"}, {"ORIGIN"}});
    for (const auto& item : list(*configuration, "items"))
        table.row({text(item, "key"), value_text(member(item, "value")), text(item, "origin")});
    session.out.table(table);
    return Exit::ok;
}

} // namespace gmguard::cli
