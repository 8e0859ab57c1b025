// SPDX-License-Identifier: BSD-2-Clause
// Rows and columns for people.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gmguard::cli {

enum class Style { plain, good, warn, bad, faint };

struct Cell {
    std::string text;
    Style style = Style::plain;
    Cell(std::string cell_text, Style cell_style = Style::plain);
    Cell(const char* cell_text);
};

enum class Align { left, right };
struct Column {
    std::string title;
    Align align = Align::left;
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // REQUIRES: as many cells as columns. Texts are made printable; an empty one shows as "-".
    void row(std::vector<Cell> cells);
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    // Columns as wide as their widest cell, two blanks apart, no blanks at the end of a line.
    void print(std::ostream& out, bool color) const;

  private:
    [[nodiscard]] std::vector<std::size_t> widths() const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

// The text in its colour, where colour is wanted.
[[nodiscard]] std::string styled(const Cell& cell, bool color);

// A line for what comes one by one, where the widths of later rows are not known yet: each column
// at least as wide as given.
struct Field {
    Cell cell;
    std::size_t width = 0;
};
[[nodiscard]] std::string line_of(const std::vector<Field>& fields, bool color);

} // namespace gmguard::cli
