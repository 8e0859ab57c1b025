// SPDX-License-Identifier: BSD-2-Clause
#include "table.hpp"

#include "text.hpp"

#include <algorithm>
#include <ostream>

namespace gmguard::cli {
namespace {

std::string_view color_of(Style style) {
    switch (style) {
    case Style::good:
        return "\x1b[32m";
    case Style::warn:
        return "\x1b[33m";
    case Style::bad:
        return "\x1b[31m";
    case Style::faint:
        return "\x1b[2m";
    case Style::plain:
        break;
    }
    return "";
}

std::string padded(const Cell& cell, Align align, std::size_t wanted, bool color) {
    const std::string blanks(wanted - std::min(wanted, width(cell.text)), ' ');
    const auto text = styled(cell, color);
    return align == Align::left ? text + blanks : blanks + text;
}

std::string line_of(const std::vector<Cell>& cells, const std::vector<Column>& columns,
                    const std::vector<std::size_t>& widths, bool color) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i)
        line += (i == 0 ? "" : "  ") + padded(cells[i], columns[i].align, widths[i], color);
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::vector<Cell> titles_of(const std::vector<Column>& columns) {
    std::vector<Cell> titles;
    for (const Column& column : columns)
        titles.emplace_back(column.title);
    return titles;
}

std::vector<Cell> with_dashes(std::vector<Cell> cells) {
    for (Cell& cell : cells)
        if (cell.text.empty())
            cell = Cell("-", Style::faint);
    return cells;
}

} // namespace

Cell::Cell(std::string cell_text, Style cell_style)
    : text(printable(cell_text)), style(cell_style) {}
Cell::Cell(const char* cell_text) : Cell(std::string(cell_text)) {}

std::string styled(const Cell& cell, bool color) {
    const auto start = color_of(cell.style);
    return color && !start.empty() ? std::string(start) + cell.text + "\x1b[0m" : cell.text;
}

void Table::row(std::vector<Cell> cells) {
    rows_.push_back(with_dashes(std::move(cells)));
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t widest = width(columns_[i].title);
        for (const auto& row : rows_)
            widest = std::max(widest, width(row[i].text));
        widths.push_back(widest);
    }
    return widths;
}

void Table::print(std::ostream& out, bool color) const {
    const auto all = widths();
    out << line_of(titles_of(columns_), columns_, all, color) << '\n';
    for (const auto& row : rows_)
        out << line_of(row, columns_, all, color) << '\n';
}

LiveTable::LiveTable(std::vector<Start> columns) {
    for (auto& [column, start] : columns) {
        widths_.push_back(std::max(start, width(column.title)));
        columns_.push_back(std::move(column));
    }
}

std::string LiveTable::titles() const {
    return line_of(titles_of(columns_), columns_, widths_, false);
}

std::string LiveTable::row(std::vector<Cell> cells, bool color) {
    cells = with_dashes(std::move(cells));
    // The last column ends the line: nothing stands behind it.
    for (std::size_t i = 0; i + 1 < cells.size(); ++i)
        widths_[i] = std::max(widths_[i], width(cells[i].text));
    return line_of(cells, columns_, widths_, color);
}

} // namespace gmguard::cli
