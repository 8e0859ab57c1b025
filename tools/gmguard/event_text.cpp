// SPDX-License-Identifier: BSD-2-Clause
#include "event_text.hpp"

#include "json_view.hpp"
#include "table.hpp"

#include <array>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

struct Word {
    std::string_view type;
    const char* shown;
    Style style;
};
constexpr std::array kWords{
    Word{"drop", "DROP", Style::bad},    Word{"would_drop", "WOULD_DROP", Style::warn},
    Word{"bound", "BOUND", Style::good}, Word{"conflict", "CONFLICT", Style::bad},
    Word{"lost", "LOST", Style::warn},   Word{"alarm", "ALARM", Style::bad},
};

Cell type_cell(const json::value& event) {
    const auto type = text(event, "type");
    for (const auto& [name, shown, style] : kWords)
        if (type == name)
            return Cell(std::string(shown), style);
    return Cell(type);
}

// "11-23 17:22:38.905" of "2026-11-23T17:22:38.905123Z".
std::string short_time(const std::string& rfc3339) {
    if (!time_of(rfc3339))
        return rfc3339;
    auto time = rfc3339.substr(5, 18);
    time[5] = ' ';
    return time;
}

void append(std::string& line, const std::string& part) {
    if (!part.empty())
        line += (line.empty() ? "" : " ") + part;
}

std::string message_text(const json::value& sip) {
    const auto status = text(sip, "status");
    return status.empty() ? text(sip, "method") : status;
}

std::string path_text(const json::value& event) {
    const auto from = endpoint(text(event, "src"), text(event, "sport"));
    const auto to = endpoint(text(event, "dst"), text(event, "dport"));
    return from.empty() || to.empty() ? from + to : from + " -> " + to;
}

// Who holds the selector, where that is not who speaks.
std::string holder_text(const json::value& event) {
    const auto holder = text(member(event, "bound_to"), "impi");
    const bool other = holder != text(member(event, "sip"), "impi");
    return holder.empty() || !other ? "" : "(held by " + holder + ")";
}

std::string rest_of(const json::value& event) {
    const auto& sip = member(event, "sip");
    std::string rest;
    append(rest, text(event, "interface"));
    append(rest, message_text(sip));
    append(rest, path_text(event));
    append(rest, text(sip, "impi"));
    append(rest, holder_text(event));
    append(rest, text(event, "detail"));
    if (number(event, "count") > 1)
        append(rest, "x" + text(event, "count"));
    return rest;
}

} // namespace

LiveTable event_table() {
    return LiveTable({{{"TIME (UTC)"}, 18}, {{"EVENT"}, 12}, {{"REASON"}, 16}, {{"WHAT"}, 0}});
}

std::vector<Cell> event_row(const json::value& event) {
    return {Cell(short_time(text(event, "time")), Style::faint), type_cell(event),
            text(event, "reason"), rest_of(event)};
}

} // namespace gmguard::cli
