// SPDX-License-Identifier: BSD-2-Clause
#include "interfaces.hpp"

#include "commands.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

std::string path_of(const std::string& name) {
    return "/v1/interfaces/" + encoded(name);
}

void tell(Session& session, const AttachOptions& options, const json::value& attached) {
    if (!session.out.is_table())
        session.out.value(attached);
    else if (options.side == "core")
        session.out.line(fmt::format("{}: known as an interface of the core", options.name));
    else
        session.out.line(fmt::format("{}: guarded at {}, XDP {}", options.name,
                                     joined(attached, "hooks"), text(attached, "xdp_mode")));
}

} // namespace

Table interface_table(const json::value& document, Time now) {
    Table table({{"INTERFACE"}, {"NETNS"}, {"SIDE"}, {"XDP"}, {"HOOKS"}, {"FOR", Align::right}});
    for (const auto& item : list(document, "items")) {
        const bool core = text(item, "side") == "core";
        const auto hooks = joined(item, "hooks");
        table.row({text(item, "name"), text(item, "netns"), text(item, "side"),
                   core ? "" : text(item, "xdp_mode"),
                   core || !hooks.empty() ? Cell(hooks) : Cell("gone", Style::bad),
                   since(item, "since", now)});
    }
    return table;
}

Exit interfaces(Session& session) {
    const auto document = get(session, "/v1/interfaces");
    if (!document)
        return session.out.fail(document.error());
    if (!session.out.is_table()) {
        session.out.list(*document);
        return Exit::ok;
    }
    session.out.table(interface_table(*document, session.now));
    if (list(*document, "items").empty())
        session.out.remark("nothing is guarded; next: gmguard attach INTERFACE");
    return Exit::ok;
}

Exit attach(Session& session, const AttachOptions& options) {
    json::object body{{"side", options.side}, {"xdp_mode", options.xdp_mode}};
    if (!options.netns.empty())
        body["netns"] = options.netns;
    const auto attached = put(session, path_of(options.name), body);
    if (!attached)
        return session.out.fail(attached.error());
    tell(session, options, *attached);
    return Exit::ok;
}

Outcome<> detach_one(Session& session, const std::string& name) {
    const auto gone = remove(session, path_of(name));
    if (!gone)
        return std::unexpected(gone.error());
    return {};
}

} // namespace gmguard::cli
