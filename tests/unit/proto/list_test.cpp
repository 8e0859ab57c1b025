// SPDX-License-Identifier: BSD-2-Clause
// Name-addrs out of comma-separated lists.
#include "harness/room.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace gmguard::test {
namespace {

struct Value {
    std::string uri, params;
    bool operator==(const Value&) const = default;
};
void PrintTo(const Value& value, std::ostream* out) {
    *out << '<' << value.uri << '>' << value.params;
}

struct List {
    std::vector<Value> values;
    int reason = GM_REASON_none;
};

List read_list(std::string_view text) {
    Room room;
    room.write(std::string(text) + "\r\nTo: <sip:x@y>, <z\">\r\n");
    gm_list_start(room.get(), gm_span(0, static_cast<__u32>(text.size())));
    List list;
    while (gm_list_next(room.get()) && list.values.size() < 100)
        list.values.push_back(
            {std::string(room.view(room->value.uri)), std::string(room.view(room->value.params))});
    list.reason = static_cast<int>(room->value.reason);
    return list;
}

} // namespace

TEST(List, IsReadValueByValue) {
    const std::pair<std::string, std::vector<Value>> rows[] = {
        {"", {}},
        {"<sip:a@x>", {{"sip:a@x", ""}}},
        {" <sip:a@x>", {{"sip:a@x", ""}}},
        {"<sip:a@x>;tag=1;q", {{"sip:a@x", ";tag=1;q"}}},
        {"<sip:a@x;lr?y=z>;tag=1", {{"sip:a@x;lr?y=z", ";tag=1"}}},
        {"sip:a@x", {{"sip:a@x", ""}}},
        {" sip:a@x;tag=1", {{"sip:a@x", ";tag=1"}}},
        {"<sip:a@x>,<sip:b@y>", {{"sip:a@x", ""}, {"sip:b@y", ""}}},
        {" <sip:a@x> ;q=1 ,\t<sip:b@y>;r", {{"sip:a@x", " ;q=1 "}, {"sip:b@y", ";r"}}},
        {"sip:a@x,sip:b@y;t,<sip:c@z>", {{"sip:a@x", ""}, {"sip:b@y", ";t"}, {"sip:c@z", ""}}},
        {"<sip:a,b@x>,<sip:c@y>", {{"sip:a,b@x", ""}, {"sip:c@y", ""}}},
        {"Bob <sip:b@x>", {{"sip:b@x", ""}}},
        {"\"Bob\" <sip:b@x>", {{"sip:b@x", ""}}},
        {"\"B, \\\"<sip:evil@x>\\\"\" <sip:b@x>;t", {{"sip:b@x", ";t"}}},
        {"\"\\\\\" <sip:b@x>", {{"sip:b@x", ""}}},
        {"\"<sip:evil@x>, \"<sip:b@x>", {{"sip:b@x", ""}}},
        {"<sip:a@x>;p=\"a,b;c<d>\",<sip:b@y>", {{"sip:a@x", ";p=\"a,b;c<d>\""}, {"sip:b@y", ""}}},
        {"<sip:a@x>;p=\"a\\\"b\",<sip:b@y>", {{"sip:a@x", ";p=\"a\\\"b\""}, {"sip:b@y", ""}}},
        {"\r\n <sip:a@x>\r\n ,\r\n <sip:b@y>", {{"sip:a@x", "\r\n "}, {"sip:b@y", ""}}},
        {"*", {{"*", ""}}},
    };
    for (const auto& [text, values] : rows) {
        const auto list = read_list(text);
        EXPECT_EQ(list.values, values) << text;
        EXPECT_EQ(reason_name(list.reason), "none") << text;
    }
}

// Text that could be read in two ways ends the list with a reason.
TEST(List, IsAmbiguous) {
    const std::string rows[] = {
        "<sip:a@x",           "<sip:a@x <sip:b@y>",     "<sip:a\"@x>",
        "\"Bob <sip:b@x>",    "\"Bob\\\" <sip:b@x>",    "Bob \"B\" <sip:b@x>",
        "<sip:a@x>;p=\"open", "<sip:a@x>;p=\"open\\\"", "<sip:a@x> <sip:b@y>",
        "<sip:a@x>>",         "sip:a@x;t=1 <sip:b@y>",  "<sip:a@x>;t=1 <sip:b@y>",
    };
    for (const auto& text : rows)
        EXPECT_EQ(reason_name(read_list(text).reason), "ambiguous") << text;
}

TEST(List, IsMalformed_WhenAValueIsMissing) {
    for (const auto* text : {"<sip:a@x>,", "sip:a@x,", "<sip:a@x>;t=1,"})
        EXPECT_EQ(reason_name(read_list(text).reason), "malformed") << text;
}

// However many blanks stand somewhere, no value behind them is left out unseen.
TEST(List, LeavesNothingOut_WhenBlanksAreMany) {
    for (std::size_t count = 0; count <= 40; ++count) {
        const std::string blanks(count, ' ');
        for (const auto& text :
             {"<sip:a@x>" + blanks + ",<sip:b@y>", "<sip:a@x>," + blanks + "<sip:b@y>",
              "<sip:a@x>;t" + blanks + ",<sip:b@y>", "sip:a@x" + blanks + ",sip:b@y",
              "\"A\"" + blanks + "<sip:a@x>,<sip:b@y>", blanks + "<sip:a@x>,<sip:b@y>"}) {
            const auto list = read_list(text);
            ASSERT_TRUE(list.values.size() == 2 || list.reason != GM_REASON_none)
                << count << " blanks: " << text;
        }
    }
}

TEST(List, IsReadToItsEnd_WhenLong) {
    std::string text = "<sip:a0@x>";
    for (int i = 1; i < 60; ++i)
        text += ", \"" + std::string(40, 'n') + "\" <sip:a" + std::to_string(i) +
                "@x>;p=" + std::string(30, 'v');
    const auto list = read_list(text);
    ASSERT_EQ(list.reason, GM_REASON_none);
    ASSERT_EQ(list.values.size(), 60U);
    EXPECT_EQ(list.values.back().uri, "sip:a59@x");
}

// Every size around the words and runs that are looked at.
TEST(List, FindsItsStructure_AtEveryOffset) {
    for (std::size_t size = 0; size < 200; ++size) {
        const std::string name(size, 'n');
        const auto list = read_list("\"" + name + "\" <sip:a@x>;p=\"" + name + "\",<sip:b@y>");
        ASSERT_EQ(list.values.size(), 2U) << size;
        EXPECT_EQ(list.values[0].uri, "sip:a@x") << size;
        EXPECT_EQ(list.values[1].uri, "sip:b@y") << size;
    }
}

TEST(List, HasAReason_WhenItsValuesAreTooLongForTheSteps) {
    const auto list = read_list("\"" + std::string(7000, '\\') + "\" <sip:a@x>");
    EXPECT_EQ(list.values.size(), 0U);
    EXPECT_EQ(reason_name(list.reason), "ambiguous");
}

} // namespace gmguard::test
