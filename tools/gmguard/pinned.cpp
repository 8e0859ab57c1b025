// SPDX-License-Identifier: BSD-2-Clause
#include "pinned.hpp"

#include "facts.hpp"

#include "config/words.hpp"
#include "kernel/attach.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

struct Pinned {
    std::vector<kernel::Attached> interfaces;
    kernel::AttachedCgroup cgroup;
};

// Nothing pinned reads as nothing there.
Outcome<Pinned> read_pinned(const std::string& pins) {
    auto interfaces = kernel::attached(pins);
    if (!interfaces && interfaces.error().kind != ErrorKind::not_found)
        return std::unexpected(failure(interfaces.error()));
    auto cgroup = kernel::attached_cgroup(pins);
    if (!cgroup && cgroup.error().kind != ErrorKind::not_found)
        return std::unexpected(failure(cgroup.error()));
    return Pinned{interfaces ? std::move(*interfaces) : std::vector<kernel::Attached>{},
                  cgroup ? std::move(*cgroup) : kernel::AttachedCgroup{}};
}

json::array hooks_of(const kernel::Attached& interface) {
    json::array hooks;
    if (interface.front != 0)
        hooks.emplace_back("front");
    if (interface.answers != 0)
        hooks.emplace_back("answers");
    return hooks;
}

json::array hooks_of(const kernel::AttachedCgroup& cgroup) {
    json::array hooks;
    if (cgroup.inside != 0)
        hooks.emplace_back("inside");
    if (cgroup.stream != 0)
        hooks.emplace_back("stream");
    if (cgroup.onward != 0)
        hooks.emplace_back("onward");
    return hooks;
}

json::object json_of(const Pinned& pinned, const std::string& pins) {
    json::array interfaces;
    for (const auto& each : pinned.interfaces)
        interfaces.push_back(json::object{{"name", each.name},
                                          {"netns", each.netns},
                                          {"ifindex", each.ifindex},
                                          {"xdp_mode", config::word(each.mode)},
                                          {"hooks", hooks_of(each)}});
    return {
        {"controller", "unreachable"},
        {"pins", pins},
        {"interfaces", std::move(interfaces)},
        {"cgroup", json::object{{"path", pinned.cgroup.path}, {"hooks", hooks_of(pinned.cgroup)}}}};
}

void show_table(Output& out, const json::value& pinned) {
    const auto& interfaces = list(pinned, "interfaces");
    const auto cgroup = joined(member(pinned, "cgroup"), "hooks");
    Facts facts;
    facts.add("controller", Cell("unreachable", Style::bad));
    facts.add("pins", text(pinned, "pins"));
    if (interfaces.empty() && cgroup.empty())
        facts.add("guarding", "nothing is pinned there");
    else
        facts.add("cgroup hooks", cgroup);
    facts.print(out);
    if (interfaces.empty())
        return;
    Table table({{"INTERFACE"}, {"NETNS"}, {"XDP"}, {"HOOKS"}});
    for (const auto& each : interfaces) {
        const auto hooks = joined(each, "hooks");
        table.row({text(each, "name"), text(each, "netns"), text(each, "xdp_mode"),
                   hooks.empty() ? Cell("gone", Style::bad) : Cell(hooks)});
    }
    out.composed_line("");
    out.table(table);
}

} // namespace

Exit show_pinned(Session& session, const Failure& reached) {
    const auto exit = session.out.fail(reached);
    const auto pinned = read_pinned(session.pins);
    if (!pinned) {
        (void)session.out.fail(pinned.error());
        return exit;
    }
    const json::value document = json_of(*pinned, session.pins);
    if (session.out.is_table())
        show_table(session.out, document);
    else
        session.out.value(document);
    return exit;
}

Outcome<> remove_pinned(const std::string& pins) {
    const auto lock = kernel::PinLock::take(pins);
    if (!lock)
        return std::unexpected(failure(lock.error()));
    if (const auto removed = kernel::remove_all(pins); !removed)
        return std::unexpected(failure(removed.error()));
    return {};
}

} // namespace gmguard::cli
