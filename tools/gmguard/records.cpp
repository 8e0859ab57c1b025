// SPDX-License-Identifier: BSD-2-Clause
// What the store keeps: histories of bindings, and the audit trail.
#include "commands.hpp"
#include "event_text.hpp"
#include "pages.hpp"

namespace gmguard::cli {
namespace {

namespace json = boost::json;

void show_more(Session& session, const json::value& document) {
    if (!text(document, "next_cursor").empty())
        session.out.remark("there are older ones; --limit 0 shows all");
}

void show_history(Session& session, const json::value& document) {
    LiveTable table = event_table();
    session.out.composed_line(table.titles());
    for (const auto& event : list(document, "items"))
        session.out.composed_line(table.row(event_row(event), session.out.color()));
    if (list(document, "items").empty())
        session.out.remark("nothing is known; how long it is kept stands in [store] event_days");
    show_more(session, document);
}

// Where there is no status the daemon ended in between.
Cell status_cell(const json::value& change) {
    const auto status = number(change, "status");
    if (status == 0)
        return {"interrupted", Style::bad};
    return {std::to_string(status), status < 300 ? Style::good : Style::warn};
}

void show_changes(Session& session, const json::value& document) {
    Table table({{"TIME (UTC)"}, {"WHO"}, {"WHAT"}, {"STATUS"}, {"ID", Align::right}});
    for (const auto& change : list(document, "items"))
        table.row({Cell(text(change, "time"), Style::faint), text(change, "caller"),
                   text(change, "method") + " " + text(change, "target"), status_cell(change),
                   text(change, "id")});
    session.out.table(table);
    show_more(session, document);
}

} // namespace

Exit bindings_history(Session& session, const HistoryOptions& options) {
    const auto path = options.id.empty() ? std::string("/v1/bindings/history")
                                         : "/v1/bindings/" + encoded(options.id) + "/history";
    const auto document = all_pages(session, path, {{"impi", options.impi}}, options.limit);
    if (!document)
        return session.out.fail(document.error());
    if (session.out.is_table())
        show_history(session, *document);
    else
        session.out.list(*document);
    return Exit::ok;
}

Exit audit_list(Session& session, const AuditOptions& options) {
    const auto document =
        all_pages(session, "/v1/audit",
                  {{"caller", options.caller}, {"method", options.method}, {"path", options.path}},
                  options.limit);
    if (!document)
        return session.out.fail(document.error());
    if (session.out.is_table())
        show_changes(session, *document);
    else
        session.out.list(*document);
    return Exit::ok;
}

} // namespace gmguard::cli
