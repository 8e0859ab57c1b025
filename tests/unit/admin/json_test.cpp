// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_read.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

struct JsonRow {
    const char* description;
    std::string text;
};

const JsonRow kHostileJson[] = {
    {"nothing", ""},
    {"white space", "  "},
    {"cut off", R"({"a":)"},
    {"two texts", R"({} {})"},
    {"trailing comma", R"({"a":1,})"},
    {"comment", R"({/* no */"a":1})"},
    {"single quotes", "{'a':1}"},
    {"bare word", "{a:1}"},
    {"NaN", R"({"a":NaN})"},
    {"leading zero", R"({"a":01})"},
    {"plus sign", R"({"a":+1})"},
    {"invalid UTF-8", "{\"a\":\"\xff\"}"},
    {"overlong UTF-8", "{\"a\":\"\xc0\xaf\"}"},
    {"lone surrogate", R"({"a":"\ud800"})"},
    {"raw control character", "{\"a\":\"\n\"}"},
    {"byte order mark", "\xef\xbb\xbf{}"},
    {"NUL behind the text", std::string("{}\0", 3)},
    {"too deep", nested(kJsonDepth + 2)},
    {"a million brackets", std::string(1'000'000, '[')},
    {"the same member twice", R"({"a":1,"a":1})"},
    {"twice, inside", R"([{"b":{"a":1,"c":2,"a":3}}])"},
    {"twice, once escaped", "{\"a\":1,\"\\u0061\":2}"},
};

TEST(Json, RefusesHostileText) {
    for (const JsonRow& row : kHostileJson)
        EXPECT_FALSE(parse_json(row.text)) << row.description;
}

TEST(Json, NamesTheMemberThatIsThereTwice) {
    const auto value = parse_json(R"({"mode":"off","mode":"enforce"})");
    ASSERT_FALSE(value);
    EXPECT_THAT(value.error().what, HasSubstr("\"mode\""));
}

TEST(Json, TakesTheSameNameInDifferentObjects) {
    EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST(Json, TakesTheDepthThatIsAllowed) {
    EXPECT_TRUE(parse_json(nested(kJsonDepth)));
}

TEST(Json, TakesSpaceAroundTheText) {
    EXPECT_TRUE(parse_json(" \r\n{}\n"));
}

class Reader : public testing::Test {
  protected:
    std::vector<Flaw> flaws_;
    json::value value_;

    ObjectReader read(const char* text) {
        value_ = json::parse(text);
        return ObjectReader(value_, "", flaws_);
    }
    std::vector<std::string> pointers() const {
        std::vector<std::string> list;
        for (const Flaw& flaw : flaws_)
            list.push_back(flaw.pointer);
        return list;
    }
};

TEST_F(Reader, GivesWhatIsThere) {
    ObjectReader reader = read(R"({"t":"x","n":7,"l":["a","b"],"raw":"a\r\nb"})");
    EXPECT_EQ(reader.text("t"), "x");
    EXPECT_EQ(reader.number("n", 1, 7), 7u);
    EXPECT_THAT(reader.texts("l", 2).value(), ElementsAre("a", "b"));
    EXPECT_EQ(reader.raw_text("raw", 9), "a\r\nb");
    reader.refuse_others();
    EXPECT_TRUE(flaws_.empty());
}

TEST_F(Reader, ReportsEveryFlawWithItsPointer) {
    ObjectReader reader = read(R"({"t":1,"n":"7","l":["a",2,""],"x/y~z":0})");
    EXPECT_FALSE(reader.text("t"));
    EXPECT_FALSE(reader.number("n", 1, 7));
    (void)reader.texts("l", 3);
    EXPECT_FALSE(reader.text("missing"));
    reader.refuse_others();
    EXPECT_THAT(pointers(), ElementsAre("/t", "/n", "/l/1", "/l/2", "/missing", "/x~1y~0z"));
}

TEST_F(Reader, RefusesTextThatIsEmptyLongOrHoldsControls) {
    ObjectReader reader = read(R"({"empty":"","long":"abc","control":"a\nb"})");
    EXPECT_FALSE(reader.text("empty"));
    EXPECT_FALSE(reader.text("long", 2));
    EXPECT_FALSE(reader.text("control"));
    EXPECT_EQ(flaws_.size(), 3u);
}

TEST_F(Reader, RefusesNumbersThatAreNotWholeOrOutOfRange) {
    for (const char* number : {"0", "8", "-1", "1.0", "1e1", "18446744073709551616", "true"}) {
        ObjectReader reader = read((std::string(R"({"n":)") + number + "}").c_str());
        EXPECT_FALSE(reader.number("n", 1, 7)) << number;
    }
    EXPECT_EQ(flaws_.size(), 7u);
}

TEST_F(Reader, RefusesWhatIsNoObjectOnce) {
    ObjectReader reader = read("[]");
    EXPECT_FALSE(reader.text("t"));
    EXPECT_FALSE(reader.has("t"));
    reader.refuse_others();
    EXPECT_THAT(pointers(), ElementsAre(""));
}

} // namespace
} // namespace gmguard::admin
