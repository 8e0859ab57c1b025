// SPDX-License-Identifier: BSD-2-Clause
#include "table.hpp"

#include <gtest/gtest.h>

#include <sstream>

using namespace gmguard::cli;

namespace {

std::string print(const Table& table, bool color = false) {
    std::ostringstream out;
    table.print(out, color);
    return out.str();
}

} // namespace

TEST(Table, AlignsColumns) {
    Table table({{"SELECTOR"}, {"DROPPED", Align::right}, {"IMPI"}});
    table.row({"192.0.2.7:5060", "5", "a"});
    table.row({"[2001:db8::7]:5060", "12345678", "bob@ims.test"});
    EXPECT_EQ(print(table), "SELECTOR             DROPPED  IMPI\n"
                            "192.0.2.7:5060             5  a\n"
                            "[2001:db8::7]:5060  12345678  bob@ims.test\n");
}

TEST(Table, ShowsADash_WhereACellIsEmpty_AndNoBlanksAtTheEnd) {
    Table table({{"A"}, {"LONG TITLE"}});
    table.row({"", "x"});
    EXPECT_EQ(print(table), "A  LONG TITLE\n-  x\n");
}

TEST(Table, IsItsTitles_WhereItHasNoRows) {
    EXPECT_EQ(print(Table({{"A"}, {"B"}})), "A  B\n");
}

TEST(Table, EscapesWhatIdentitiesBring_AndCountsItsWidth) {
    Table table({{"IMPI"}, {"X"}});
    table.row({"a\x1b[2Jb\nc", "1"});
    EXPECT_EQ(print(table), "IMPI            X\n"
                            "a\\x1b[2Jb\\x0ac  1\n");
}

TEST(Table, CountsCharactersNotBytes) {
    Table table({{"N"}, {"X"}});
    table.row({"\u00eb\u00eb", "1"});
    table.row({"abc", "2"});
    EXPECT_EQ(print(table), "N    X\n\u00eb\u00eb   1\nabc  2\n");
}

TEST(Table, ColoursCells_OnlyWhereColourIsWanted) {
    Table table({{"MODE"}, {"X"}});
    table.row({Cell("off", Style::bad), "1"});
    EXPECT_EQ(print(table, true), "MODE  X\n\x1b[31moff\x1b[0m   1\n");
    EXPECT_EQ(print(table, false), "MODE  X\noff   1\n");
}

TEST(LiveTable, GrowsItsColumnsWithWhatItShows) {
    LiveTable table({{{"A"}, 3}, {{"N", Align::right}, 0}, {{"LAST"}, 0}});
    EXPECT_EQ(table.titles(), "A    N  LAST");
    EXPECT_EQ(table.row({"a", "1", "x"}, false), "a    1  x");
    EXPECT_EQ(table.row({"abcde", "22", "a long last cell"}, false), "abcde  22  a long last cell");
    EXPECT_EQ(table.row({"", "3", "y"}, false), "-       3  y");
}
