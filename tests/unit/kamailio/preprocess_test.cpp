// SPDX-License-Identifier: BSD-2-Clause
#include "kamailio/preprocess.hpp"
#include "unit/kamailio/folder.hpp"

#include <gmock/gmock.h>

namespace gmguard::kamailio {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Preprocess : public testing::Test {
  protected:
    Folder folder_;

    // The lines of kamailio.cfg, "FILE:LINE TEXT" each, or its error.
    std::vector<std::string> lines(const std::string& text, const Defines& defines = {}) {
        const auto read = preprocess(folder_.write("kamailio.cfg", text), defines);
        if (!read)
            return {read.error().text()};
        std::vector<std::string> out;
        for (const auto& line : *read)
            out.push_back(line.place.text() + " " + line.text);
        return out;
    }
    std::vector<std::string> texts(const std::string& text, const Defines& defines = {}) {
        auto out = lines(text, defines);
        for (auto& line : out)
            line.erase(0, line.find(' ') + 1);
        return out;
    }
};

TEST_F(Preprocess, LeavesOutComments) {
    EXPECT_THAT(
        texts(
            "#!KAMAILIO\n# a\nb=1 # c\n// d\ne=\"#f\" // g\n/* h\n#!define x y\nlisten=i */ j=2\n"),
        ElementsAre("b=1", "e=\"#f\"", "j=2"));
}

TEST_F(Preprocess, KnowsThePlaceOfEachLine) {
    folder_.write("more/pcscf.cfg", "\nlisten=b\n");
    EXPECT_THAT(lines("a=1\n\ninclude_file \"more/pcscf.cfg\"\nc=1\n"),
                ElementsAre("kamailio.cfg:1 a=1", "pcscf.cfg:2 listen=b", "kamailio.cfg:4 c=1"));
}

TEST_F(Preprocess, DecidesWhatIsDefined) {
    const auto* text = "#!define A\n#!ifdef A\na\n#!ifdef B\nb\n#!else\nc\n#!endif\n#!else\nd\n"
                       "#!ifdef A\ne\n#!endif\n#!endif\n#!ifndef B\nf\n#!endif\n";
    EXPECT_THAT(texts(text), ElementsAre("a", "c", "f"));
    EXPECT_THAT(texts(text, {{"B", ""}}), ElementsAre("a", "b"));
}

TEST_F(Preprocess, ReplacesNames_NotInStringsNorInLongerNames) {
    EXPECT_THAT(texts("#!define IP 192.0.2.1\n#!define PORT 5070 # why\n"
                      "listen=udp:IP:PORT\nx=\"IP\"\nMY_IP=IP2\n"),
                ElementsAre("listen=udp:192.0.2.1:5070", "x=\"IP\"", "MY_IP=IP2"));
    EXPECT_THAT(texts("#!define A 1\n#!trydef A 2\na=A\n#!redef A 3\nb=A\n"),
                ElementsAre("a=1", "b=3"));
}

TEST_F(Preprocess, SubstitutesInStrings) {
    EXPECT_THAT(texts("#!subst \"/HOST/pcscf.ims.test/\"\na=\"sip:HOST\"\nb=HOST\n"),
                ElementsAre("a=\"sip:pcscf.ims.test\"", "b=HOST"));
    EXPECT_THAT(texts("#!substdef \"!IP!192.0.2.1!g\"\nlisten=udp:IP:5060\na=\"IP\"\n"),
                ElementsAre("listen=udp:192.0.2.1:5060", "a=\"192.0.2.1\""));
    EXPECT_THAT(texts("#!substdefs \"/IP/192.0.2.1/\"\na=IP\n"), ElementsAre("a=\"192.0.2.1\""));
}

TEST_F(Preprocess, MissesNothing_WhenAnImportIsNotThere) {
    EXPECT_THAT(texts("import_file \"local.cfg\"\na=1\n"), ElementsAre("a=1"));
    EXPECT_THAT(texts("#!import_file \"local.cfg\"\na=1\n"), ElementsAre("a=1"));
}

TEST_F(Preprocess, FollowsIncludesFromTheirOwnFolder_ThenFromTheFirstFile) {
    folder_.write("route/a.cfg", "include_file \"b.cfg\"\ninclude_file \"route/c.cfg\"\n");
    folder_.write("route/b.cfg", "b=1\n");
    folder_.write("route/c.cfg", "c=1\n");
    EXPECT_THAT(texts("include_file \"route/a.cfg\"\n"), ElementsAre("b=1", "c=1"));
}

struct Wrong {
    const char* text;
    const char* said;
};

constexpr Wrong kWrong[] = {
    {"\ninclude_file \"none.cfg\"\n", "kamailio.cfg:2: includes none.cfg, which is not there"},
    {"include_file \"kamailio.cfg\"\n", "kamailio.cfg:1: includes kamailio.cfg, which includes it"},
    {"#!ifdef A\n", "kamailio.cfg:1: has no #!endif"},
    {"#!endif\n", "kamailio.cfg:1: #!endif without #!ifdef"},
    {"#!else\n", "kamailio.cfg:1: #!else without #!ifdef"},
    {"#!subst \"/a/b\"\n", "kamailio.cfg:1: is no substitution: /a/b"},
    {"#!subst \"/(/b/\"\n", "kamailio.cfg:1: is no regular expression: ("},
    {"include_file \"folder\"\n", "kamailio.cfg:1: includes what cannot be read"},
};

TEST_F(Preprocess, SaysWhatIsWrong_AndWhere) {
    folder_.write("folder/a", "");
    for (const auto& [text, said] : kWrong)
        EXPECT_THAT(lines(text), ElementsAre(HasSubstr(said))) << text;
}

TEST_F(Preprocess, SeesACircleOfTwo) {
    folder_.write("a.cfg", "include_file \"b.cfg\"\n");
    folder_.write("b.cfg", "\ninclude_file \"a.cfg\"\n");
    EXPECT_THAT(lines("include_file \"a.cfg\"\n"),
                ElementsAre(HasSubstr("b.cfg:2: includes a.cfg, which includes it")));
}

TEST_F(Preprocess, FindsNoFile_WhereThereIsNone) {
    const auto read = preprocess(folder_.path() + "/none.cfg");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::not_found);
}

} // namespace
} // namespace gmguard::kamailio
