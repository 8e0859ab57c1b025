// SPDX-License-Identifier: BSD-2-Clause
#include "harness/room.hpp"

#include <gtest/gtest.h>

#include <map>

namespace gmguard::test {
namespace {

using Values = std::map<gm_param, std::string>;

struct Params {
    int reason = GM_REASON_none;
    bool list = false;
    Values values;
};

Params read(std::string_view text) {
    Room room;
    room.write("x" + std::string(text) + ";maddr=192.0.2.9,y\r\n");
    Params out;
    out.reason = gm_read_params(room.get(), 1, 1 + static_cast<__u32>(text.size()));
    out.list = room->params.list != 0;
    for (unsigned id = 1; id < GM_P_COUNT; ++id)
        if (room->params.seen & 1u << id)
            out.values[static_cast<gm_param>(id)] = room.view(room->params.value[id]);
    return out;
}

} // namespace

TEST(Params, AreReadOneByOne) {
    const std::pair<std::string, Values> rows[] = {
        {"", {}},
        {";lr", {}},
        {";tag=1", {{GM_P_TAG, "1"}}},
        {";TAG=1", {{GM_P_TAG, "1"}}},
        {"; tag = 1", {{GM_P_TAG, " 1"}}},
        {" ;tag=1;x=y;branch=z9hG4bK", {{GM_P_TAG, "1"}, {GM_P_BRANCH, "z9hG4bK"}}},
        {";rport", {{GM_P_RPORT, ""}}},
        {";rport;branch=b", {{GM_P_RPORT, ""}, {GM_P_BRANCH, "b"}}},
        {";rport=5060", {{GM_P_RPORT, "5060"}}},
        {";received=192.0.2.7", {{GM_P_RECEIVED, "192.0.2.7"}}},
        {";maddr=", {{GM_P_MADDR, ""}}},
        {";x=\"maddr=1;tag=2\";tag=3", {{GM_P_TAG, "3"}}},
        {";x=\"a\\\";tag=2\";branch=3", {{GM_P_BRANCH, "3"}}},
        {";xtag=1;tags=2;ta=3", {}},
        {";expires=0", {{GM_P_EXPIRES, "0"}}},
        {";;tag=1;", {{GM_P_TAG, "1"}}},
    };
    for (const auto& [text, values] : rows) {
        const auto params = read(text);
        EXPECT_EQ(reason_name(params.reason), "none") << text;
        EXPECT_EQ(params.values, values) << text;
        EXPECT_FALSE(params.list) << text;
    }
}

TEST(Params, AreAmbiguous) {
    for (const auto* text :
         {";tag=1;tag=2", ";tag=1;TAG", ";x=\"open", ";x=\"open\\\"", ";rport;rport"})
        EXPECT_EQ(reason_name(read(text).reason), "ambiguous") << text;
}

// Nobody quotes these, but some read them so.
TEST(Params, AreSeen_WhenTheirValueIsQuoted) {
    for (const auto& [name, id] : {std::pair{"tag", GM_P_TAG},
                                   {"received", GM_P_RECEIVED},
                                   {"maddr", GM_P_MADDR},
                                   {"alias", GM_P_ALIAS},
                                   {"rport", GM_P_RPORT}})
        for (const std::string value : {"\"192.0.2.9\"", " \"192.0.2.9\"", "\"a;b,c\""}) {
            const auto params = read(";lr;" + std::string(name) + "=" + value + ";x=1");
            EXPECT_EQ(reason_name(params.reason), "none") << name << '=' << value;
            ASSERT_TRUE(params.values.contains(id)) << name << '=' << value;
            EXPECT_EQ(params.values.at(id), value) << name;
        }
}

TEST(Params, EndAtAComma) {
    const auto params = read(";tag=1;x=\"a,b\",sip:b@y;branch=2");
    EXPECT_EQ(params.reason, GM_REASON_none);
    EXPECT_TRUE(params.list);
    EXPECT_EQ(params.values, (Values{{GM_P_TAG, "1"}}));
}

TEST(Params, AreFound_AtEveryOffset) {
    for (std::size_t size = 0; size < 500; ++size) {
        const auto params =
            read(";x=" + std::string(size, 'v') + ";y=\"" + std::string(size, 'w') + "\";tag=1");
        EXPECT_EQ(params.reason, GM_REASON_none) << size;
        EXPECT_EQ(params.values, (Values{{GM_P_TAG, "1"}})) << size;
    }
}

// However many blanks: a parameter behind them is seen, or there is a reason.
TEST(Params, LeaveNothingOut_WhenBlanksAreMany) {
    for (std::size_t count = 0; count <= 40; ++count) {
        const std::string blanks(count, ' ');
        for (const auto& text :
             {";" + blanks + "maddr=192.0.2.9", ";maddr" + blanks + "=192.0.2.9",
              blanks + ";maddr=192.0.2.9", ";lr" + blanks + ";maddr=192.0.2.9"}) {
            const auto params = read(text);
            ASSERT_TRUE(params.values.contains(GM_P_MADDR) || params.reason != GM_REASON_none)
                << count << " blanks: " << text;
        }
    }
}

TEST(Params, HaveAReason_WhenTooManyOrTooLong) {
    std::string many;
    for (int i = 0; i < GM_PARAM_STEPS + 1; ++i)
        many += ";x";
    EXPECT_EQ(reason_name(read(many + ";maddr=1").reason), "ambiguous");
    EXPECT_EQ(reason_name(read(";x=" + std::string(GM_FIND_MAX, 'v') + ";maddr=1").reason),
              "ambiguous");
    EXPECT_EQ(reason_name(read(";x=\"" + std::string(GM_FIND_MAX, 'v') + "\";maddr=1").reason),
              "ambiguous");
}

} // namespace gmguard::test
