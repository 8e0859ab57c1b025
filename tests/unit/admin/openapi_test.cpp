// SPDX-License-Identifier: BSD-2-Clause
// The OpenAPI document against the API: the same operations, and every exchange as it is written.
#include "admin/names.hpp"
#include "admin/openapi.hpp"
#include "unit/admin/asking.hpp"
#include "unit/admin/schema.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

namespace gmguard::admin {
namespace {

namespace json = boost::json;
using testing::IsEmpty;

const json::value& document() {
    static const json::value value = json::parse(openapi_json());
    return value;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return std::tolower(c); });
    return text;
}

// "get /v1/status" of everything under paths.
std::set<std::string> documented() {
    std::set<std::string> operations;
    for (const auto& path : document().at("paths").as_object())
        for (const auto& member : path.value().as_object())
            if (member.key() != "parameters")
                operations.insert(std::string(member.key()) + " " + std::string(path.key()));
    return operations;
}

const json::value& operation(const std::string& method, const std::string& pattern) {
    return document().at("paths").at(pattern).at(lower(method));
}

class OpenApi : public ApiTest {
  protected:
    SchemaValidator validator_{document()};

    // Names of the parameters of one operation that are `in` "query" or "path".
    std::set<std::string> parameters(const Operation& of, const char* in) {
        std::set<std::string> names;
        const auto& path = document().at("paths").at(of.pattern);
        for (const json::value* holder : {&path, &operation(of.method, of.pattern)})
            if (const json::value* list = holder->as_object().if_contains("parameters"))
                for (const json::value& each : list->as_array())
                    if (validator_.resolve(each).at("in") == in)
                        names.emplace(validator_.resolve(each).at("name").as_string());
        return names;
    }
};

TEST_F(OpenApi, DocumentsExactlyTheOperationsThatExist) {
    std::set<std::string> routed;
    for (const Operation& each : api_.operations())
        EXPECT_TRUE(routed.insert(lower(each.method) + " " + each.pattern).second) << each.pattern;
    EXPECT_EQ(routed, documented());
}

TEST_F(OpenApi, DocumentsExactlyTheParametersThatExist) {
    for (const Operation& each : api_.operations()) {
        const std::set<std::string> declared(each.parameters.begin(), each.parameters.end());
        EXPECT_EQ(declared, parameters(each, "query")) << each.method << " " << each.pattern;
        const bool has_parameter = each.pattern.find('{') != std::string::npos;
        EXPECT_EQ(parameters(each, "path").size(), has_parameter ? 1u : 0u) << each.pattern;
    }
}

TEST_F(OpenApi, HasNoDanglingReference) {
    const std::string text(openapi_json());
    const std::string mark = "\"$ref\": \"#";
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
        const std::size_t begin = at + mark.size();
        const std::string pointer = text.substr(begin, text.find('"', begin) - begin);
        json::error_code error;
        (void)document().find_pointer(pointer, error);
        EXPECT_FALSE(error) << pointer;
    }
}

TEST_F(OpenApi, NamesEveryOperationOnce) {
    std::set<std::string> ids;
    for (const Operation& each : api_.operations())
        EXPECT_TRUE(
            ids.emplace(operation(each.method, each.pattern).at("operationId").as_string()).second)
            << each.pattern;
}

template <typename T> std::vector<std::string> names(unsigned first, unsigned count) {
    std::vector<std::string> list;
    for (unsigned i = first; i < count; ++i)
        list.emplace_back(name(static_cast<T>(i)));
    return list;
}

std::vector<std::string> enum_at(const char* pointer) {
    std::vector<std::string> list;
    for (const json::value& each : document().at_pointer(pointer).as_array())
        if (each.is_string())
            list.emplace_back(each.get_string());
    return list;
}

TEST_F(OpenApi, ListsTheNamesThatTheKernelHas) {
    const auto reasons = names<gm_reason>(1, GM_REASON_COUNT);
    auto with_none = reasons;
    with_none.insert(with_none.begin(), "none");
    const auto checks = names<gm_check>(0, GM_CHECK_COUNT);
    EXPECT_EQ(enum_at("/components/schemas/Reason/enum"), reasons);
    EXPECT_EQ(enum_at("/components/schemas/Check/enum"), checks);
    EXPECT_EQ(enum_at("/components/schemas/Event/properties/reason/enum"), with_none);
    EXPECT_EQ(enum_at("/components/schemas/Event/properties/check/enum"), checks);
    EXPECT_EQ(enum_at("/components/schemas/Event/properties/type/enum"),
              names<EventType>(0, static_cast<unsigned>(EventType::alarm) + 1));
}

// One exchange. Conditions: "" none, "now" If-Match with the tag that GET gives, else If-Match.
struct OpenapiRow {
    const char* method;
    const char* pattern;
    const char* target;
    const char* body;
    const char* condition;
    unsigned status;
};

constexpr const char* kBinding =
    R"({"impi":"bob@ims.test","impus":["sip:bob@ims.test"],"expires_s":60})";
constexpr const char* kAgain =
    R"({"impi":"alice@ims.test","impus":["sip:alice@ims.test"],"expires_s":60})";
constexpr const char* kImport =
    R"({"items":[{"source":"192.0.2.8:5060","impi":"bob@ims.test","impus":["sip:bob@ims.test"],)"
    R"("expires_s":60},{"source":"192.0.2.7:5060","impi":"eve@ims.test",)"
    R"("impus":["sip:eve@ims.test"],"expires_s":60}]})";
constexpr const char* kResolve = "/v1/conflicts/{id}:resolve";
constexpr const char* kLease = R"({"addresses":"192.0.2.7","state":"released"})";
constexpr const char* kQuestion = R"({"sip":"x","from":"192.0.2.7:5060","to":"192.0.2.1:5060"})";

constexpr OpenapiRow kOpenapiRows[] = {
    {"GET", "/v1/status", "/v1/status", "", "", 200},
    {"GET", "/v1/status", "/v1/status?x=1", "", "", 400},
    {"GET", "/v1/interfaces", "/v1/interfaces", "", "", 200},
    {"GET", "/v1/interfaces/{name}", "/v1/interfaces/gm0", "", "", 200},
    {"GET", "/v1/interfaces/{name}", "/v1/interfaces/gm9", "", "", 404},
    {"PUT", "/v1/interfaces/{name}", "/v1/interfaces/gm1", R"({"xdp_mode":"generic"})", "", 201},
    {"PUT", "/v1/interfaces/{name}", "/v1/interfaces/gm0", R"({"netns":"pcscf"})", "now", 200},
    {"PUT", "/v1/interfaces/{name}", "/v1/interfaces/gm0", "{}", "", 428},
    {"PUT", "/v1/interfaces/{name}", "/v1/interfaces/gm0", "{}", "\"0\"", 412},
    {"PUT", "/v1/interfaces/{name}", "/v1/interfaces/gm1", R"({"mode":1})", "", 422},
    {"PUT", "/v1/interfaces/{name}", "/v1/interfaces/gm1", "{", "", 400},
    {"DELETE", "/v1/interfaces/{name}", "/v1/interfaces/gm0", "", "now", 204},
    {"DELETE", "/v1/interfaces/{name}", "/v1/interfaces/gm0", "", "", 428},
    {"DELETE", "/v1/interfaces/{name}", "/v1/interfaces/gm9", "", "*", 404},
    {"GET", "/v1/mode", "/v1/mode", "", "", 200},
    {"PATCH", "/v1/mode", "/v1/mode", R"({"checks":{"limits":"off","side":null}})", "now", 200},
    {"PATCH", "/v1/mode", "/v1/mode", R"({"listener":"gm","mode":"enforce"})", "*", 200},
    {"PATCH", "/v1/mode", "/v1/mode", R"({"default":"no"})", "now", 422},
    {"PATCH", "/v1/mode", "/v1/mode", R"({"default":"off","confirm_within_s":60})", "now", 200},
    {"PATCH", "/v1/mode", "/v1/mode", R"({"confirm_within_s":0})", "now", 422},
    {"POST", "/v1/mode:confirm", "/v1/mode:confirm", "", "", 200},
    {"PATCH", "/v1/mode", "/v1/mode", "{}", "", 428},
    {"PATCH", "/v1/mode", "/v1/mode", "{}", "\"0\"", 412},
    {"GET", "/v1/config", "/v1/config", "", "", 200},
    {"GET", "/v1/config:diff", "/v1/config:diff", "", "", 200},
    {"POST", "/v1/config:check", "/v1/config:check", "mode = \"off\"", "", 200},
    {"POST", "/v1/config:reload", "/v1/config:reload", R"({"drop_bindings":true})", "", 200},
    {"POST", "/v1/config:reload", "/v1/config:reload", R"({"drop_bindings":1})", "", 422},
    {"GET", "/v1/bindings", "/v1/bindings?state=bound&limit=5", "", "", 200},
    {"GET", "/v1/bindings", "/v1/bindings?limit=0", "", "", 400},
    {"GET", "/v1/bindings/{id}", "/v1/bindings/b_1", "", "", 200},
    {"GET", "/v1/bindings/{id}", "/v1/bindings/b_9", "", "", 404},
    {"PUT", "/v1/bindings/{id}", "/v1/bindings/192.0.2.8:5060", kBinding, "", 201},
    {"PUT", "/v1/bindings/{id}", "/v1/bindings/192.0.2.7:5060", kAgain, "now", 200},
    {"PUT", "/v1/bindings/{id}", "/v1/bindings/192.0.2.7:5060", kBinding, "*", 409},
    {"PUT", "/v1/bindings/{id}", "/v1/bindings/192.0.2.7:5060", kAgain, "", 428},
    {"PUT", "/v1/bindings/{id}", "/v1/bindings/192.0.2.8:5060", kAgain, "*", 412},
    {"PUT", "/v1/bindings/{id}", "/v1/bindings/192.0.2.8:5060", "{}", "", 422},
    {"DELETE", "/v1/bindings/{id}", "/v1/bindings/b_1", "", "now", 204},
    {"DELETE", "/v1/bindings/{id}", "/v1/bindings/b_1", "", "", 428},
    {"DELETE", "/v1/bindings/{id}", "/v1/bindings/b_9", "", "*", 404},
    {"GET", "/v1/bindings:export", "/v1/bindings:export", "", "", 200},
    {"GET", "/v1/bindings:export", "/v1/bindings:export?limit=0", "", "", 400},
    {"POST", "/v1/bindings:import", "/v1/bindings:import", kImport, "", 200},
    {"POST", "/v1/bindings:import", "/v1/bindings:import", R"({"items":[]})", "", 422},
    {"POST", "/v1/bindings:import", "/v1/bindings:import", "[", "", 400},
    {"GET", "/v1/conflicts", "/v1/conflicts", "", "", 200},
    {"GET", "/v1/conflicts", "/v1/conflicts?limit=x", "", "", 400},
    {"GET", "/v1/conflicts/{id}", "/v1/conflicts/b_s1", "", "", 200},
    {"GET", "/v1/conflicts/{id}", "/v1/conflicts/b_1", "", "", 404},
    {"POST", kResolve, "/v1/conflicts/b_s1:resolve", R"({"keep":"newcomer"})", "*", 200},
    {"POST", kResolve, "/v1/conflicts/b_s1:resolve", R"({"keep":"holder"})", "*", 200},
    {"POST", kResolve, "/v1/conflicts/b_s1:resolve", R"({"keep":"both"})", "*", 422},
    {"POST", kResolve, "/v1/conflicts/b_s1:resolve", R"({"keep":"holder"})", "", 428},
    {"POST", kResolve, "/v1/conflicts/b_s1:resolve", R"({"keep":"holder"})", "\"0\"", 412},
    {"POST", kResolve, "/v1/conflicts/b_9:resolve", R"({"keep":"holder"})", "*", 404},
    {"POST", "/v1/leases", "/v1/leases", kLease, "", 200},
    {"POST", "/v1/leases", "/v1/leases", R"({"addresses":"192.0.2.7"})", "", 422},
    {"POST", "/v1/leases", "/v1/leases", "{", "", 400},
    {"GET", "/v1/bindings/{id}/history", "/v1/bindings/b_1/history?limit=5", "", "", 200},
    {"GET", "/v1/bindings/{id}/history", "/v1/bindings/192.0.2.7:5060/history", "", "", 200},
    {"GET", "/v1/bindings/{id}/history", "/v1/bindings/b_9/history", "", "", 404},
    {"GET", "/v1/bindings/{id}/history", "/v1/bindings/b_1/history?limit=0", "", "", 400},
    {"GET", "/v1/bindings/history", "/v1/bindings/history?impi=alice@ims.test", "", "", 200},
    {"GET", "/v1/bindings/history", "/v1/bindings/history", "", "", 400},
    {"GET", "/v1/audit", "/v1/audit?path=/v1/mode&limit=3", "", "", 200},
    {"GET", "/v1/audit", "/v1/audit?cursor=x", "", "", 400},
    {"GET", "/v1/sas", "/v1/sas?state=bound&selector=192.0.2.7:5060&deviates=true", "", "", 200},
    {"GET", "/v1/sas", "/v1/sas?selector=x", "", "", 400},
    {"GET", "/v1/sas/{id}", "/v1/sas/0x00001001@192.0.2.1", "", "", 200},
    {"GET", "/v1/sas/{id}", "/v1/sas/9", "", "", 404},
    {"GET", "/v1/drops", "/v1/drops", "", "", 200},
    {"GET", "/v1/drops", "/v1/drops?nonzero=maybe", "", "", 400},
    {"GET", "/v1/events", "/v1/events?after=0", "", "", 200},
    {"GET", "/v1/events", "/v1/events?type=x", "", "", 400},
    {"GET", "/v1/events/stream", "/v1/events/stream?after=0", "", "", 200},
    {"GET", "/v1/events/stream", "/v1/events/stream?after=x", "", "", 400},
    {"POST", "/v1/explain", "/v1/explain", kQuestion, "", 200},
    {"POST", "/v1/explain", "/v1/explain", "{}", "", 422},
    {"GET", "/v1/openapi.json", "/v1/openapi.json", "", "", 200},
    {"GET", "/metrics", "/metrics", "", "", 200},
    {"GET", "/healthz", "/healthz", "", "", 200},
    {"GET", "/readyz", "/readyz", "", "", 200},
};

bool takes_toml(const OpenapiRow& row) {
    return std::string_view(row.pattern) == "/v1/config:check";
}

class Exchanges : public OpenApi {
  protected:
    Exchanges() {
        log_.append(drop_event());
        log_.append(Event{});
    }

    Response play(const OpenapiRow& row) {
        guard_.bindings_now.push_back(mallory());
        std::vector<Header> headers{
            {"Content-Type", takes_toml(row) ? "application/toml" : "application/json"}};
        const std::string condition = row.condition;
        if (!condition.empty())
            headers.push_back({"If-Match", condition == "now" ? etag(row.target) : condition});
        return ask(row.method, row.target, row.body, headers);
    }

    // What the body of a 2xx request must have been.
    void check_request(const OpenapiRow& row) {
        if (std::string_view(row.body).empty() || takes_toml(row))
            return;
        const json::value& content =
            operation(row.method, row.pattern).at("requestBody").at("content");
        const auto errors =
            validator_.check(content.at("application/json").at("schema"), json::parse(row.body));
        EXPECT_EQ(errors.empty(), row.status != 422) << testing::PrintToString(errors);
    }

    void check_response(const OpenapiRow& row, const Response& response) {
        const json::value& responses = operation(row.method, row.pattern).at("responses");
        const json::value* found =
            responses.as_object().if_contains(std::to_string(response.status));
        ASSERT_NE(found, nullptr) << "status " << response.status << " is not documented";
        const json::value& documented = validator_.resolve(*found);
        check_headers(documented, response);
        const json::value* content = documented.as_object().if_contains("content");
        if (!content) {
            EXPECT_EQ(response.body, "");
            return;
        }
        const std::string type = response.content_type.substr(0, response.content_type.find(';'));
        const json::value* media = content->as_object().if_contains(type);
        ASSERT_NE(media, nullptr) << type << " is not documented";
        if (type.ends_with("json")) {
            EXPECT_THAT(validator_.check(media->at("schema"), json_of(response)), IsEmpty());
        }
    }

    void check_headers(const json::value& documented, const Response& response) {
        const json::value* headers = documented.as_object().if_contains("headers");
        for (const char* name : {"ETag", "Location"})
            EXPECT_EQ(response.header(name).has_value(),
                      headers && headers->as_object().contains(name))
                << name;
    }
};

TEST_F(Exchanges, AreAllAsTheDocumentSays) {
    for (const OpenapiRow& row : kOpenapiRows) {
        SCOPED_TRACE(std::string(row.method) + " " + row.target + " " + row.body);
        guard_ = FakeGuard{};
        const Response response = play(row);
        EXPECT_EQ(response.status, row.status) << response.body;
        if (row.status < 300 || row.status == 422)
            check_request(row);
        check_response(row, response);
    }
}

TEST_F(Exchanges, ReachEveryOperation) {
    std::set<std::string> played;
    for (const OpenapiRow& row : kOpenapiRows)
        if (row.status < 300)
            played.insert(lower(row.method) + " " + row.pattern);
    EXPECT_EQ(played, documented());
}

constexpr ErrorKind kKinds[] = {ErrorKind::conflict, ErrorKind::unsupported, ErrorKind::exhausted,
                                ErrorKind::unavailable, ErrorKind::system};

// Which of them the guard may answer to which change. An import tells them item by item.
bool applies(ErrorKind kind, std::string_view method, std::string_view target) {
    if (target.ends_with(":import"))
        return false;
    if (kind == ErrorKind::exhausted)
        return method == "PUT";
    return method != "GET" && (kind != ErrorKind::conflict || method != "POST");
}

TEST_F(Exchanges, FailAsTheDocumentSays) {
    for (const OpenapiRow& row : kOpenapiRows) {
        for (const ErrorKind kind : kKinds) {
            if (row.status >= 300 || !applies(kind, row.method, row.target) || takes_toml(row))
                continue;
            SCOPED_TRACE(std::string(row.method) + " " + row.target);
            guard_ = FakeGuard{};
            guard_.failure = Error{kind, 0, "the guard", "fails", ""};
            const Response response = play(row);
            EXPECT_GE(response.status, 400u);
            check_response(row, response);
        }
    }
}

TEST_F(Exchanges, StreamWhatTheDocumentSays) {
    Response response =
        ask("GET", "/v1/events/stream?after=0", "", {{"Accept", "application/x-ndjson"}});
    std::istringstream lines(response.stream->take());
    const json::value& schema = document().at("components").at("schemas").at("Event");
    int seen = 0;
    for (std::string line; std::getline(lines, line); ++seen)
        EXPECT_THAT(validator_.check(schema, json::parse(line)), IsEmpty());
    EXPECT_EQ(seen, 2);
}

// "GET, HEAD, PUT" of what is documented for a path.
std::string allowed(const json::object& path) {
    std::set<std::string> methods;
    for (const auto& member : path)
        if (member.key() != "parameters")
            methods.emplace(member.key());
    if (methods.contains("get"))
        methods.insert("head");
    std::string list;
    for (const std::string& method : methods)
        list += (list.empty() ? "" : ", ") + method;
    return list;
}

TEST_F(Exchanges, AnswerOtherMethodsWithThoseOfTheDocument) {
    for (const auto& path : document().at("paths").as_object()) {
        const std::string target =
            std::regex_replace(std::string(path.key()), std::regex("\\{.*\\}"), "any");
        const Response response = ask("TRACE", target);
        const std::string allow(response.header("Allow").value_or(""));
        EXPECT_EQ(response.status, 405u) << path.key();
        EXPECT_EQ(lower(allow), allowed(path.value().as_object())) << path.key();
    }
}

TEST_F(Exchanges, GiveTheDocumentItself) {
    const Response response = ask("GET", "/v1/openapi.json");
    EXPECT_EQ(response.body, openapi_json());
    EXPECT_EQ(
        ask("GET", "/v1/openapi.json", "", {{"If-None-Match", etag("/v1/openapi.json")}}).status,
        304u);
}

} // namespace
} // namespace gmguard::admin
