// SPDX-License-Identifier: BSD-2-Clause
// The validator that the other tests lean on.
#include "unit/admin/schema.hpp"

#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

struct SchemaRow {
    const char* description;
    const char* schema;
    const char* instance;
    bool valid;
};

constexpr SchemaRow kSchemaRows[] = {
    {"type fits", R"({"type":"string"})", R"("a")", true},
    {"type breaks", R"({"type":"string"})", "1", false},
    {"one of two types", R"({"type":["string","null"]})", "null", true},
    {"none of two types", R"({"type":["string","null"]})", "1", false},
    {"integer takes no fraction", R"({"type":"integer"})", "1.5", false},
    {"const breaks", R"({"const":"ok"})", R"("no")", false},
    {"enum breaks", R"({"enum":["a","b"]})", R"("c")", false},
    {"enum fits", R"({"enum":["a","b"]})", R"("b")", true},
    {"any of none", R"({"anyOf":[{"type":"null"},{"type":"string"}]})", "1", false},
    {"any of one", R"({"anyOf":[{"type":"null"},{"type":"integer"}]})", "1", true},
    {"pattern breaks", R"({"pattern":"^b_"})", R"("x_1")", false},
    {"time without fraction", R"({"format":"date-time"})", R"("2026-01-02T03:04:05Z")", false},
    {"time", R"({"format":"date-time"})", R"("2026-01-02T03:04:05.000000Z")", true},
    {"below minimum", R"({"minimum":1})", "0", false},
    {"above maximum", R"({"maximum":1})", "2", false},
    {"too long", R"({"maxLength":1})", R"("ab")", false},
    {"too few", R"({"minItems":1})", "[]", false},
    {"wrong item", R"({"items":{"type":"string"}})", R"(["a",1])", false},
    {"missing member", R"({"required":["a"]})", "{}", false},
    {"wrong member", R"({"properties":{"a":{"type":"null"}}})", R"({"a":1})", false},
    {"closed object", R"({"properties":{"a":{}},"additionalProperties":false})", R"({"b":1})",
     false},
    {"other members by schema", R"({"additionalProperties":{"type":"null"}})", R"({"b":1})", false},
    {"name of a member", R"({"propertyNames":{"enum":["a"]}})", R"({"b":1})", false},
    {"reference", R"({"$ref":"#/text"})", "1", false},
    {"unknown keyword", R"({"typo":"string"})", "1", false},
};

TEST(Schema, AcceptsAndRefuses) {
    const json::value document = json::parse(R"({"text":{"type":"string"}})");
    for (const SchemaRow& row : kSchemaRows) {
        const auto errors =
            SchemaValidator(document).check(json::parse(row.schema), json::parse(row.instance));
        EXPECT_EQ(errors.empty(), row.valid) << row.description;
    }
}

} // namespace
} // namespace gmguard::admin
