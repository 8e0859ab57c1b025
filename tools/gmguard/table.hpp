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

// Rows that come one by one and are shown at once: a column grows with what it has seen.
class LiveTable {
  public:
    struct Start {
        Column column;
        std::size_t width = 0; // to begin with
    };
    explicit LiveTable(std::vector<Start> columns);

    [[nodiscard]] std::string titles() const;
    // REQUIRES: as many cells as columns. An empty one shows as "-".
    [[nodiscard]] std::string row(std::vector<Cell> cells, bool color);

  private:
    std::vector<Column> columns_;
    std::vector<std::size_t> widths_;
};

} // namespace gmguard::cli
