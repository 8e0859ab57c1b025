// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "facts.hpp"
#include "losses.hpp"

namespace gmguard::cli {
namespace {

namespace json = boost::json;

Table drop_table(const json::value& document) {
    Table table({{"LISTENER"},
                 {"HOOK"},
                 {"REASON"},
                 {"DROPPED", Align::right},
                 {"WOULD DROP", Align::right}});
    for (const auto& item : list(document, "items"))
        table.row({text(item, "listener"), text(item, "hook"), text(item, "reason"),
                   text(item, "dropped"), text(item, "would_drop")});
    return table;
}

void show_losses(Output& out, const json::value& losses) {
    Facts facts;
    facts.add_if("did not reach the controller", losses_text(losses));
    facts.add_if("ALARM", Cell(leak_text(losses), Style::bad));
    if (facts.size() != 0)
        out.composed_line("");
    facts.print(out);
}

} // namespace

Exit drops(Session& session) {
    const auto document = get(session, "/v1/drops?nonzero=true");
    if (!document)
        return session.out.fail(document.error());
    if (!session.out.is_table()) {
        session.out.list(*document);
        return Exit::ok;
    }
    session.out.table(drop_table(*document));
    if (list(*document, "items").empty())
        session.out.remark("nothing was dropped, and nothing would have been");
    show_losses(session.out, member(*document, "losses"));
    return Exit::ok;
}

} // namespace gmguard::cli
