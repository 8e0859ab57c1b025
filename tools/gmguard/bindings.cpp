// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "facts.hpp"
#include "pages.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

std::string path_of(const std::string& id) {
    return "/v1/bindings/" + encoded(id);
}

Parameters parameters_of(const BindingsQuery& query) {
    return {{"impi", query.impi},     {"impu", query.impu},   {"addr", query.address},
            {"prefix", query.prefix}, {"state", query.state}, {"q", query.text}};
}

Cell state_cell(const std::string& state) {
    const auto style = state == "bound"    ? Style::good
                       : state == "shadow" ? Style::bad
                                           : Style::warn;
    return {state, style};
}

// The first identity and how many more there are.
std::string impus_text(const json::value& binding) {
    const auto& impus = list(binding, "impus");
    if (impus.empty())
        return "";
    const auto more = impus.size() - 1;
    return text(impus.front()) + (more == 0 ? "" : fmt::format(" +{}", more));
}

Table binding_table(const json::value& document, Time now) {
    Table table({{"SELECTOR"},
                 {"STATE"},
                 {"IMPI"},
                 {"IMPUS"},
                 {"EXPIRES IN", Align::right},
                 {"SEEN AGO", Align::right},
                 {"ID"}});
    for (const auto& item : list(document, "items"))
        table.row({text(item, "selector"), state_cell(text(item, "state")), text(item, "impi"),
                   impus_text(item), until(item, "expires", now), since(item, "last_seen", now),
                   text(item, "id")});
    return table;
}

Failure none_found() {
    return failure(Error{ErrorKind::not_found, 0, "bindings", "none match",
                         "gmguard bindings list shows all"});
}

void show_list(Session& session, const json::value& document) {
    const auto shown = list(document, "items").size();
    const auto total = number(document, "total");
    session.out.table(binding_table(document, session.now));
    if (shown == 0)
        session.out.remark("nobody is bound; gmguard events -f shows registrations as they come");
    if (total > shown)
        session.out.remark(
            fmt::format("{} of {}; --limit 0 shows all, bindings find narrows", shown, total));
}

void show_one(Session& session, const json::value& binding) {
    if (!session.out.is_table()) {
        session.out.value(binding);
        return;
    }
    Facts facts;
    facts.add("id", text(binding, "id"));
    facts.add("selector", text(binding, "selector"));
    facts.add("state", state_cell(text(binding, "state")));
    facts.add("impi", text(binding, "impi"));
    for (const auto& impu : list(binding, "impus"))
        facts.add("impu", text(impu));
    facts.add("origin", text(binding, "origin"));
    facts.add("since", text(binding, "since"));
    facts.add("expires", text(binding, "expires"));
    facts.add("expires in", until(binding, "expires", session.now));
    facts.add("last seen", text(binding, "last_seen"));
    facts.print(session.out);
}

} // namespace

Exit bindings_list(Session& session, const BindingsQuery& query) {
    const auto document = all_pages(session, "/v1/bindings", parameters_of(query), query.limit);
    if (!document)
        return session.out.fail(document.error());
    if (query.must_find && list(*document, "items").empty())
        return session.out.fail(none_found());
    if (session.out.is_table())
        show_list(session, *document);
    else
        session.out.list(*document);
    return Exit::ok;
}

Exit bindings_show(Session& session, const std::string& id) {
    const auto binding = get(session, path_of(id));
    if (!binding)
        return session.out.fail(binding.error());
    show_one(session, *binding);
    return Exit::ok;
}

Exit bindings_add(Session& session, const BindingsAddOptions& options) {
    const json::object body{{"impi", options.impi},
                            {"impus", json::array(options.impus.begin(), options.impus.end())},
                            {"expires_s", options.expires_s}};
    const auto made = put(session, path_of(options.source), body);
    if (!made)
        return session.out.fail(made.error());
    show_one(session, *made);
    return Exit::ok;
}

Exit bindings_release(Session& session, const std::string& id) {
    const auto released = remove(session, path_of(id));
    if (!released)
        return session.out.fail(released.error());
    if (session.out.is_table())
        session.out.line(fmt::format("{}: released", text(*released, "selector")));
    else
        session.out.value(*released);
    return Exit::ok;
}

} // namespace gmguard::cli
