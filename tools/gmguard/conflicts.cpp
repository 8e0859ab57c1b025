// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "facts.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

std::string path_of(const std::string& id) {
    return "/v1/conflicts/" + encoded(id);
}

Table conflict_table(const json::value& document, Time now) {
    Table table({{"SELECTOR"},
                 {"NEWCOMER"},
                 {"HOLDER"},
                 {"SINCE", Align::right},
                 {"EXPIRES IN", Align::right},
                 {"ID"}});
    for (const auto& item : list(document, "items")) {
        const auto& newcomer = member(item, "newcomer");
        const auto holder = text(member(item, "holder"), "impi");
        table.row({text(item, "selector"), text(newcomer, "impi"),
                   holder.empty() ? Cell("gone", Style::warn) : Cell(holder),
                   since(newcomer, "since", now), until(newcomer, "expires", now),
                   text(item, "id")});
    }
    return table;
}

void add_side(Facts& facts, const std::string& name, const json::value& binding) {
    facts.add(name, text(binding, "impi"));
    facts.add("  impus", joined(binding, "impus"));
    facts.add("  since", text(binding, "since"));
    facts.add("  expires", text(binding, "expires"));
}

void show(Session& session, const json::value& conflict) {
    if (!session.out.is_table()) {
        session.out.value(conflict);
        return;
    }
    Facts facts;
    facts.add("id", text(conflict, "id"));
    facts.add("selector", text(conflict, "selector"));
    add_side(facts, "newcomer", member(conflict, "newcomer"));
    if (member(conflict, "holder").is_null())
        facts.add("holder", Cell("gone", Style::warn));
    else
        add_side(facts, "holder", member(conflict, "holder"));
    facts.print(session.out);
    session.out.remark(fmt::format("next: gmguard conflicts resolve {} --keep holder|newcomer",
                                   text(conflict, "id")));
}

} // namespace

Exit conflicts_list(Session& session, const ConflictsQuery& query) {
    const auto document =
        get(session, target_of("/v1/conflicts", {{"limit", std::to_string(query.limit)}}));
    if (!document)
        return session.out.fail(document.error());
    if (!session.out.is_table()) {
        session.out.list(*document);
        return Exit::ok;
    }
    session.out.table(conflict_table(*document, session.now));
    const auto total = number(*document, "total");
    if (total == 0)
        session.out.remark("no two users on one selector");
    else if (total > list(*document, "items").size())
        session.out.remark(fmt::format("{} in all; --limit shows more", total));
    return Exit::ok;
}

Exit conflicts_show(Session& session, const std::string& id) {
    const auto conflict = get(session, path_of(id));
    if (!conflict)
        return session.out.fail(conflict.error());
    show(session, *conflict);
    return Exit::ok;
}

Exit conflicts_resolve(Session& session, const ResolveOptions& options) {
    const auto kept =
        post(session, path_of(options.id), ":resolve", json::object{{"keep", options.keep}});
    if (!kept)
        return session.out.fail(kept.error());
    if (session.out.is_table())
        session.out.line(fmt::format("{}: bound to {} until {}", text(*kept, "selector"),
                                     text(*kept, "impi"), text(*kept, "expires")));
    else
        session.out.value(*kept);
    return Exit::ok;
}

} // namespace gmguard::cli
