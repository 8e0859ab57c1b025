// SPDX-License-Identifier: BSD-2-Clause
// Where results, remarks and errors go, in the format that was asked for.
//
//   results  stdout: a table; one indented JSON document; one JSON object per line
//   errors   stderr: a line; one RFC 9457 object. stdout has results only, so that a pipe gets JSON
//            or nothing
//   remarks  stderr, format table only, silenced by -q
#pragma once

#include "outcome.hpp"
#include "table.hpp"

#include <iosfwd>
#include <string>

namespace gmguard::cli {

enum class Format { table, json, jsonl };

class Output {
  public:
    struct Settings {
        Format format = Format::table;
        bool color = false;
        bool quiet = false;
    };
    // REQUIRES: the streams outlive it.
    Output(std::ostream& out, std::ostream& err, Settings settings);

    [[nodiscard]] bool is_table() const { return settings_.format == Format::table; }
    [[nodiscard]] bool is_jsonl() const { return settings_.format == Format::jsonl; }
    [[nodiscard]] bool color() const { return settings_.color; }

    // A result in JSON. REQUIRES: not is_table().
    void value(const boost::json::value& value);
    // A list: `document` in json, each of its `items` on its own line in jsonl. REQUIRES: the same.
    void list(const boost::json::value& document);
    void table(const Table& table);
    // A line of a result for people, made printable.
    void line(const Cell& text);
    // A whole text, for programs: as it is.
    void text(const std::string& text);
    // A line that is composed already. `_now`: of what goes on, and must be seen at once.
    void composed_line(const std::string& text);
    void line_now(const std::string& text);
    // For people, beside the result.
    void remark(const std::string& text);
    // Tells it and gives its exit code.
    [[nodiscard]] Exit fail(const Failure& failure);

  private:
    std::ostream* out_;
    std::ostream* err_;
    Settings settings_;
};

} // namespace gmguard::cli
