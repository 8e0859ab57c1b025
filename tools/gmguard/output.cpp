// SPDX-License-Identifier: BSD-2-Clause
#include "output.hpp"

#include "json_text.hpp"
#include "text.hpp"

#include <ostream>
#include <sstream>

namespace gmguard::cli {

namespace json = boost::json;

Output::Output(std::ostream& out, std::ostream& err, Settings settings)
    : out_(&out), err_(&err), settings_(settings) {}

void Output::value(const json::value& value) {
    *out_ << (is_jsonl() ? json::serialize(value) : pretty(value)) << '\n';
}

void Output::list(const json::value& document) {
    const auto* object = document.if_object();
    const auto* items = object ? object->if_contains("items") : nullptr;
    if (!is_jsonl() || !items || !items->is_array())
        return value(document);
    for (const auto& item : items->get_array())
        *out_ << json::serialize(item) << '\n';
}

void Output::table(const Table& table) {
    table.print(*out_, settings_.color);
}

void Output::line(const Cell& text) {
    *out_ << styled(text, settings_.color) << '\n';
}

void Output::text(const std::string& text) {
    *out_ << text;
}

void Output::composed_line(const std::string& text) {
    *out_ << text << '\n';
}

void Output::line_now(const std::string& text) {
    *out_ << text << '\n' << std::flush;
}

void Output::remark(const std::string& text) {
    if (is_table() && !settings_.quiet)
        *err_ << printable(text) << '\n';
}

Exit Output::fail(const Failure& failure) {
    if (!is_table()) {
        *err_ << (is_jsonl() ? json::serialize(failure.problem) : pretty(failure.problem)) << '\n';
        return failure.exit;
    }
    std::istringstream lines("gmguard: " + failure.text());
    for (std::string line; std::getline(lines, line);)
        *err_ << printable(line) << '\n';
    return failure.exit;
}

} // namespace gmguard::cli
