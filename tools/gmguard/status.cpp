// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"
#include "facts.hpp"
#include "interfaces.hpp"
#include "losses.hpp"
#include "modes.hpp"
#include "pinned.hpp"
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

bool is_ready(const json::value& status) {
    return text(member(status, "readiness"), "ready") != "false";
}

// Of the fullest map: the one that will be a problem first.
std::string fullest_map(const json::value& status) {
    double most = -1;
    std::string out;
    for (const auto& map : list(status, "maps")) {
        const auto capacity = number(map, "capacity");
        const double share = capacity == 0 ? 0
                                           : static_cast<double>(number(map, "entries")) /
                                                 static_cast<double>(capacity);
        if (share <= most)
            continue;
        most = share;
        out = fmt::format("{} {} of {}", text(map, "map"), text(map, "entries"), capacity);
    }
    return out;
}

// "enforce", or "mixed" where the checks differ.
std::string mode_of(const json::value& modes, const std::string& listener) {
    std::string mode;
    for (const auto& entry : list(modes, "listeners")) {
        const auto* effective = member(entry, "effective").if_object();
        if (text(entry, "listener") != listener || !effective)
            continue;
        for (const auto& [check, value] : *effective)
            mode = mode.empty() || mode == text(value) ? text(value) : "mixed";
    }
    return mode;
}

Table listener_table(const json::value& status, const json::value& modes) {
    Table table({{"LISTENER"},
                 {"ADDRESS"},
                 {"UNPROTECTED"},
                 {"PROTECTED"},
                 {"PROFILE"},
                 {"IPSEC"},
                 {"MODE"}});
    for (const auto& each : list(status, "listeners"))
        table.row({text(each, "name"), text(each, "address"), joined(each, "unprotected_ports"),
                   joined(each, "protected_ports"), text(each, "profile"), text(each, "protection"),
                   mode_cell(mode_of(modes, text(each, "name")))});
    return table;
}

// "12 dropped, 3 would be dropped"
std::string drops_text(const json::value& drops) {
    std::uint64_t dropped = 0;
    std::uint64_t would_drop = 0;
    for (const auto& item : list(drops, "items")) {
        dropped += number(item, "dropped");
        would_drop += number(item, "would_drop");
    }
    return fmt::format("{} dropped, {} would be dropped", dropped, would_drop);
}

// What stands for the association that decrypted a message; empty where ESP ends nowhere here.
std::string associations_text(const json::value& status) {
    const auto& listeners = list(status, "listeners");
    if (std::ranges::none_of(listeners, [](const json::value& listener) {
            return text(listener, "protection") == "esp";
        }))
        return {};
    return text(status, "sec_path") == "true"
               ? "known by the SPI that decrypted (sec_path)"
               : "known by address and port: this kernel does not tell the SPI that decrypted";
}

void show_head(Session& session, const json::value& status, const json::value& drops) {
    const bool ready = is_ready(status);
    Facts facts;
    facts.add("controller",
              fmt::format("gmguardd {}, kernel {}, up {}", text(status, "version"),
                          text(status, "kernel"), duration(number(status, "uptime_s"))));
    facts.add("ready", ready ? Cell("yes", Style::good) : Cell("no", Style::bad));
    for (const auto& reason : list(member(status, "readiness"), "reasons"))
        facts.add("not ready", Cell(text(reason), Style::bad));
    facts.add("default mode", mode_cell(text(status, "default_mode")));
    facts.add_if("unconfirmed",
                 Cell(unconfirmed(status, "mode_falls_back", session.now), Style::warn));
    const auto cgroup = text(status, "cgroup");
    facts.add("cgroup", cgroup.empty() ? Cell("not attached", Style::warn) : Cell(cgroup));
    facts.add_if("associations", associations_text(status));
    const auto bindings = counts_text(member(status, "bindings"));
    const auto losses = losses_text(member(status, "losses"));
    facts.add("bindings", bindings.empty() ? "none" : bindings);
    facts.add("packets", drops_text(drops));
    facts.add_if("fullest map", fullest_map(status));
    facts.add("losses", losses.empty() ? "none" : losses);
    facts.add_if("ALARM", Cell(leak_text(member(status, "losses")), Style::bad));
    for (const auto& warning : list(status, "warnings"))
        facts.add("warning", Cell(text(warning), Style::warn));
    facts.print(session.out);
}

Outcome<> show_all(Session& session, const json::value& status) {
    const auto interfaces = get(session, "/v1/interfaces");
    if (!interfaces)
        return std::unexpected(interfaces.error());
    const auto modes = get(session, "/v1/mode");
    if (!modes)
        return std::unexpected(modes.error());
    const auto drops = get(session, "/v1/drops?nonzero=true");
    if (!drops)
        return std::unexpected(drops.error());
    show_head(session, status, *drops);
    session.out.composed_line("");
    session.out.table(interface_table(*interfaces, session.now));
    session.out.composed_line("");
    session.out.table(listener_table(status, *modes));
    return {};
}

} // namespace

Exit status(Session& session) {
    const auto status = get(session, "/v1/status");
    if (!status && status.error().exit == Exit::degraded)
        return show_pinned(session, status.error());
    if (!status)
        return session.out.fail(status.error());
    if (!session.out.is_table())
        session.out.value(*status);
    else if (const auto shown = show_all(session, *status); !shown)
        return session.out.fail(shown.error());
    return is_ready(*status) ? Exit::ok : Exit::degraded;
}

} // namespace gmguard::cli
