// SPDX-License-Identifier: BSD-2-Clause
// What goes to stdout and stderr in each format, and the exit codes.
#include "json_text.hpp"
#include "output.hpp"

#include <gtest/gtest.h>

#include <sstream>

using namespace gmguard;
using namespace gmguard::cli;
namespace json = boost::json;

namespace {

struct Written {
    std::ostringstream out, err;
    Output output;
    explicit Written(Format format, bool quiet = false)
        : output(out, err, {.format = format, .color = false, .quiet = quiet}) {}
};

Failure not_there() {
    return failure(Error{ErrorKind::not_found, 0, "binding b_1", "there is none", "list them"});
}

const json::value kList = json::parse(R"({"items":[{"a":1},{"a":2}],"total":2})");

} // namespace

TEST(Pretty, IndentsObjects_AndKeepsPlainListsOnALine) {
    EXPECT_EQ(
        pretty(json::parse(R"({"a":1,"b":{"c":[1,"x",null]},"d":[{"e":true}],"f":[],"g":{}})")),
        "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": [1, \"x\", null]\n  },\n  \"d\": [\n    {\n"
        "      \"e\": true\n    }\n  ],\n  \"f\": [],\n  \"g\": {}\n}");
}

TEST(Pretty, EscapesNamesAndTexts) {
    EXPECT_EQ(pretty(json::object{{"a\"b", "c\x1b"}}), "{\n  \"a\\\"b\": \"c\\u001b\"\n}");
}

TEST(Output, WritesOneDocument_InJson) {
    Written w(Format::json);
    w.output.list(kList);
    EXPECT_EQ(json::parse(w.out.str()), kList);
    EXPECT_NE(w.out.str().find("\n  \"items\""), std::string::npos);
}

TEST(Output, WritesAnObjectPerLine_InJsonl) {
    Written w(Format::jsonl);
    w.output.list(kList);
    w.output.value(json::object{{"b", 3}});
    EXPECT_EQ(w.out.str(), "{\"a\":1}\n{\"a\":2}\n{\"b\":3}\n");
}

TEST(Output, TellsErrorsOnStderr_AsTextWithTables) {
    Written w(Format::table);
    EXPECT_EQ(w.output.fail(not_there()), Exit::not_found);
    EXPECT_EQ(w.out.str(), "");
    EXPECT_EQ(w.err.str(), "gmguard: binding b_1: there is none; list them\n");
}

TEST(Output, TellsErrorsOnStderr_AsProblemsWithJson) {
    for (const auto format : {Format::json, Format::jsonl}) {
        Written w(format);
        EXPECT_EQ(w.output.fail(not_there()), Exit::not_found);
        EXPECT_EQ(w.out.str(), "");
        const auto problem = json::parse(w.err.str()).as_object();
        EXPECT_EQ(problem.at("type"), "/docs/errors#not_found");
        EXPECT_EQ(problem.at("title"), "Not found");
        EXPECT_EQ(problem.at("status"), 404);
        EXPECT_EQ(problem.at("detail"), "binding b_1: there is none; list them");
        EXPECT_FALSE(problem.contains("instance"));
    }
}

TEST(Output, EscapesWhatErrorsQuote) {
    Written w(Format::table);
    (void)w.output.fail(failure(Error{ErrorKind::system, 0, "x\x1b[2J", "no", ""}));
    EXPECT_EQ(w.err.str(), "gmguard: x\\x1b[2J: no\n");
}

TEST(Output, RemarksOnlyToPeople) {
    Written table(Format::table), quiet(Format::table, true), json_format(Format::json);
    for (auto* w : {&table, &quiet, &json_format})
        w->output.remark("2 more");
    EXPECT_EQ(table.err.str(), "2 more\n");
    EXPECT_EQ(quiet.err.str() + json_format.err.str(), "");
    EXPECT_EQ(table.out.str() + quiet.out.str() + json_format.out.str(), "");
}

TEST(ExitCode, FollowsTheKindOfError) {
    const std::pair<ErrorKind, Exit> rows[] = {
        {ErrorKind::invalid, Exit::usage},     {ErrorKind::not_found, Exit::not_found},
        {ErrorKind::conflict, Exit::conflict}, {ErrorKind::unsupported, Exit::failed},
        {ErrorKind::exhausted, Exit::failed},  {ErrorKind::unavailable, Exit::degraded},
        {ErrorKind::system, Exit::failed},
    };
    for (const auto& [kind, exit] : rows)
        EXPECT_EQ(failure(Error{kind, 0, "", "x", ""}).exit, exit);
    EXPECT_EQ(file_failure(Error{ErrorKind::invalid, 0, "", "x", ""}).exit, Exit::failed);
    EXPECT_EQ(file_failure(Error{ErrorKind::not_found, 0, "", "x", ""}).exit, Exit::not_found);
    EXPECT_EQ(usage_failure("x").exit, Exit::usage);
}

TEST(ExitCode, FollowsTheStatusOfAnAnswer) {
    const std::pair<unsigned, Exit> rows[] = {
        {400, Exit::usage},    {404, Exit::not_found}, {405, Exit::failed}, {409, Exit::conflict},
        {412, Exit::conflict}, {422, Exit::usage},     {500, Exit::failed}, {501, Exit::failed},
        {503, Exit::degraded}, {507, Exit::failed},
    };
    for (const auto& [status, exit] : rows) {
        admin::Response response;
        response.status = status;
        EXPECT_EQ(failure(response).exit, exit) << status;
    }
}

TEST(FailureOfAnAnswer, IsItsProblemDocument_WithItsErrors) {
    admin::Response response;
    response.status = 422;
    response.body = R"({"type":"/docs/errors#invalid","title":"Invalid input","status":422,
                       "detail":"the body is wrong","instance":"/v1/mode","request_id":"7",
                       "errors":[{"pointer":"/default","detail":"no mode"}]})";
    const auto told = failure(response);
    EXPECT_EQ(told.problem.at("request_id"), "7");
    EXPECT_EQ(told.text(), "the body is wrong\n/default: no mode");
}

TEST(FailureOfAnAnswer, QuotesABodyThatIsNoProblemDocument) {
    admin::Response response;
    response.status = 502;
    response.body = "<html>\x1b";
    EXPECT_EQ(failure(response).text(), "the daemon answered 502: <html>\\x1b");
    EXPECT_EQ(failure(response).problem.at("status"), 502);
}
