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

void trim_end(std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);
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
    for (Cell& cell : cells)
        if (cell.text.empty())
            cell = Cell("-", Style::faint);
    rows_.push_back(std::move(cells));
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
    std::vector<Cell> titles;
    for (const Column& column : columns_)
        titles.emplace_back(column.title);
    const auto all = widths();
    const auto print_row = [&](const std::vector<Cell>& cells) {
        std::string line;
        for (std::size_t i = 0; i < columns_.size(); ++i)
            line += (i == 0 ? "" : "  ") + padded(cells[i], columns_[i].align, all[i], color);
        trim_end(line);
        out << line << '\n';
    };
    print_row(titles);
    std::ranges::for_each(rows_, print_row);
}

std::string line_of(const std::vector<Field>& fields, bool color) {
    std::string line;
    for (const auto& [cell, wanted] : fields)
        line += (line.empty() ? "" : "  ") + padded(cell, Align::left, wanted, color);
    trim_end(line);
    return line;
}

} // namespace gmguard::cli
