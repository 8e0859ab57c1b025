// SPDX-License-Identifier: BSD-2-Clause
#include "finding_text.hpp"

#include "facts.hpp"
#include "json_view.hpp"
#include "modes.hpp"

#include "replay/finding.hpp"

namespace gmguard::cli {
namespace {

namespace json = boost::json;

std::string source_of(const json::value& finding) {
    return endpoint(text(finding, "src"), text(finding, "sport"));
}
std::string destination_of(const json::value& finding) {
    return endpoint(text(finding, "dst"), text(finding, "dport"));
}

// "03:04:05.678901" of "2026-01-02T03:04:05.678901Z".
std::string clock_of(const std::string& rfc3339) {
    return time_of(rfc3339) ? rfc3339.substr(11, rfc3339.size() - 12) : rfc3339;
}

void append(std::string& line, const std::string& part) {
    if (!part.empty())
        line += (line.empty() ? "" : " ") + part;
}

// What a reason means; "" for a name that this program does not know.
std::string meaning_of(const std::string& reason) {
    for (int i = GM_REASON_none + 1; i < GM_REASON_COUNT; ++i)
        if (replay::name(static_cast<gm_reason>(i)) == reason)
            return std::string(replay::text(static_cast<gm_reason>(i)));
    return {};
}

std::string contact_text(const json::value& sip) {
    const auto& contact = member(sip, "contact");
    return endpoint(text(contact, "host"), text(contact, "port"));
}

Cell outcome_cell(const std::string& outcome) {
    const auto style = outcome == "holds"   ? Style::good
                       : outcome == "fails" ? Style::bad
                                            : Style::faint;
    return {outcome, style};
}

void show_checks(Output& out, const json::value& explanation) {
    Table table({{"CHECK"}, {"MODE"}, {"RESULT"}, {"REASON"}, {"DETAIL"}});
    for (const auto& check : list(explanation, "checks"))
        table.row({text(check, "check"), mode_cell(text(check, "mode")),
                   outcome_cell(text(check, "outcome")), text(check, "reason"),
                   text(check, "detail")});
    if (table.size() == 0)
        return;
    out.composed_line("");
    out.table(table);
}

} // namespace

Cell verdict_cell(const std::string& verdict) {
    const auto style = verdict == "pass"         ? Style::good
                       : verdict == "would_drop" ? Style::warn
                                                 : Style::bad;
    return {verdict, style};
}

std::string message_text(const json::value& sip) {
    if (!sip.is_object())
        return "no SIP";
    std::string line = text(sip, "status");
    append(line, text(sip, "method"));
    append(line, text(sip, "class"));
    const auto impi = text(sip, "impi");
    append(line, impi.empty() ? text(sip, "from") : impi);
    return line;
}

// What was in the packet, and in which ESP it came: "INVITE sip:a@b, in ESP with SPI 4097",
// "encrypted, in ESP with SPI 4097".
std::string packet_text(const json::value& finding) {
    const auto message = message_text(member(finding, "sip"));
    if (!finding.is_object() || !finding.as_object().contains("encrypted"))
        return message;
    const auto encrypted = text(finding, "encrypted"), spi = text(finding, "spi");
    return (encrypted == "true"    ? "encrypted"
            : encrypted == "false" ? message
                                   : "a part") +
           ", in ESP" + (spi.empty() ? "" : " with SPI " + spi);
}

LiveTable finding_table(bool with_file) {
    std::vector<LiveTable::Start> columns{
        {{"FRAME", Align::right}, 5}, {{"TIME (UTC)"}, 15}, {{"HOOK"}, 7},    {{"SOURCE"}, 14},
        {{"DESTINATION"}, 14},        {{"VERDICT"}, 7},     {{"REASON"}, 16}, {{"MESSAGE"}, 0}};
    if (with_file)
        columns.insert(columns.begin(), {{"FILE"}, 8});
    return LiveTable(std::move(columns));
}

std::vector<Cell> finding_row(const json::value& finding, const std::string* file) {
    const auto reason = text(finding, "reason");
    std::vector<Cell> row{text(finding, "frame"),
                          clock_of(text(finding, "time")),
                          text(finding, "hook"),
                          source_of(finding),
                          destination_of(finding),
                          verdict_cell(text(finding, "verdict")),
                          reason,
                          packet_text(finding)};
    if (file)
        row.insert(row.begin(), *file);
    return row;
}

void show_explanation(Output& out, const json::value& explanation) {
    const auto reason = text(explanation, "reason");
    const auto& sip = member(explanation, "sip");
    Facts facts;
    facts.add("verdict", verdict_cell(text(explanation, "verdict")));
    facts.add_if("reason", Cell(reason));
    facts.add_if("meaning", Cell(meaning_of(reason)));
    facts.add("decided at", text(explanation, "hook"));
    facts.add("from", source_of(explanation));
    facts.add("to", destination_of(explanation));
    facts.add("message", message_text(sip));
    facts.add_if("impu", text(sip, "impu"));
    facts.add_if("contact", contact_text(sip));
    facts.add_if("call-id", text(sip, "call_id"));
    facts.print(out);
    show_checks(out, explanation);
}

} // namespace gmguard::cli
