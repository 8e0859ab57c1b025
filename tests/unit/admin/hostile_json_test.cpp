// SPDX-License-Identifier: BSD-2-Clause
// A1: bodies made to do harm, to every route that writes. Whatever is refused is refused with a
// reason and has changed nothing; nothing is an internal error.
#include "admin/openapi.hpp"
#include "unit/admin/asking.hpp"
#include "unit/admin/schema.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr int kBodies = 3'000; // for each route

// What stands where a value belongs: right in one place, wrong in the others.
const std::string kValues[] = {R"("gm")",
                               R"("gm0")",
                               R"("off")",
                               R"("monitor")",
                               R"("enforce")",
                               R"("generic")",
                               R"("core")",
                               R"("alice@ims.test")",
                               R"(["sip:alice@ims.test"])",
                               R"("192.0.2.7:5060")",
                               R"("[::1]:5060")",
                               R"({"limits":"off"})",
                               R"({"limits":null,"side":"monitor"})",
                               R"({"nothing":"off"})",
                               "60",
                               "0",
                               "-1",
                               "-0",
                               "0.5",
                               "1e2",
                               "4294967296",
                               "18446744073709551615",
                               "18446744073709551616",
                               "-9223372036854775809",
                               "1e400",
                               "1e-400",
                               "1e99999999999",
                               "00",
                               "1.",
                               "0x10",
                               "NaN",
                               "+1",
                               "true",
                               "false",
                               "null",
                               "nul",
                               "[]",
                               "{}",
                               "[[]]",
                               R"([1,"a",null])",
                               R"("")",
                               R"("\u0000")",
                               R"("a\r\nX: y")",
                               R"("\u001b[2J")",
                               R"("\ud800")",
                               R"("\udc00\ud800")",
                               R"("\q")",
                               R"("\u12")",
                               "\"\xff\xfe\"",
                               "\"\xc0\xaf\"",
                               "\"\xed\xa0\x80\"",
                               "\"a\nb\"",
                               "\"\xe2\x80\xae\"",
                               "\"" + std::string(300, 'a') + "\"",
                               "\"" + std::string(70'000, 'b') + "\"",
                               std::string(17, '[') + std::string(17, ']'),
                               std::string(20'000, '['),
                               R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}})"};

class HostileJson : public ApiTest {
  protected:
    std::mt19937 random_{20'261'126};

    std::size_t below(std::size_t end) { return random_() % end; }
    template <typename List> const auto& one_of(const List& list) {
        return list[below(std::size(list))];
    }

    // An object of these members, some twice, some of them strangers.
    std::string object(const std::vector<std::string>& members) {
        std::string text = "{";
        const std::size_t count = below(members.size() + 2);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string name = below(20) == 0 ? "a\\u0000/~b" : one_of(members);
            text += (i > 0 ? ",\"" : "\"") + name + "\":" + one_of(kValues);
        }
        return text + "}";
    }
    // A byte more, a byte less, another byte, or an end too early.
    void damage(std::string& text) {
        const std::size_t at = below(text.size());
        const char byte = static_cast<char>(below(256));
        switch (below(4)) {
        case 0:
            text.insert(at, 1, byte);
            break;
        case 1:
            text.erase(at, 1);
            break;
        case 2:
            text[at] = byte;
            break;
        default:
            text.resize(at);
        }
    }
    std::string body(const std::vector<std::string>& members) {
        std::string text = below(10) == 0 ? one_of(kValues) : object(members);
        for (std::size_t times = below(8) < 5 ? 0 : 1 + below(3); times > 0 && !text.empty();
             --times)
            damage(text);
        return text;
    }

    // All that a write could have changed.
    std::string state() {
        std::string all;
        for (const char* target : {"/v1/interfaces", "/v1/mode", "/v1/bindings"})
            all += ask("GET", target).body;
        return all;
    }
};

// Names of the members that the document gives the body of an operation, and those of its members.
void add_members(const SchemaValidator& validator, const json::value& schema,
                 std::vector<std::string>& names) {
    const json::object& resolved = validator.resolve(schema).as_object();
    if (const json::value* properties = resolved.if_contains("properties"))
        for (const auto& property : properties->as_object())
            names.emplace_back(property.key());
}

std::vector<std::string> members_of(const json::value& document, const Operation& operation) {
    const SchemaValidator validator(document);
    std::string method = operation.method;
    std::ranges::transform(method, method.begin(), [](char c) { return std::tolower(c); });
    const json::object& described =
        document.at("paths").at(operation.pattern).at(method).as_object();
    std::vector<std::string> names{"gm0"};
    if (const json::value* body = described.if_contains("requestBody"))
        for (const auto& media : body->at("content").as_object())
            if (const json::value* schema = media.value().as_object().if_contains("schema"))
                add_members(validator, *schema, names);
    return names;
}

std::string target_of(const std::string& pattern, bool known) {
    const std::size_t at = pattern.find('{');
    if (at == pattern.npos)
        return pattern;
    const bool binding = pattern.find("bindings") != pattern.npos;
    const std::string one =
        binding ? (known ? "192.0.2.7:5060" : "192.0.2.9:5060") : (known ? "gm0" : "gm9");
    return pattern.substr(0, at) + one + pattern.substr(pattern.find('}') + 1);
}

TEST_F(HostileJson, IsRefusedWithAReason_AndChangesNothing) {
    const json::value document = json::parse(openapi_json());
    std::set<unsigned> seen;
    for (const Operation& operation : api_.operations()) {
        if (operation.method == "GET")
            continue;
        const auto members = members_of(document, operation);
        for (int i = 0; i < kBodies && !HasFailure(); ++i) {
            guard_ = FakeGuard{};
            const std::string before = state();
            const std::string text = body(members);
            const bool known = below(2) == 0;
            const auto target = target_of(operation.pattern, known);
            const auto condition =
                known ? std::vector<Header>{{"If-Match", "*"}} : std::vector<Header>{};
            const Response response = ask(operation.method, target, text, condition);
            SCOPED_TRACE(operation.method + " " + target + " " + text.substr(0, 500));
            seen.insert(response.status);
            EXPECT_LT(response.status, 500u) << response.body;
            if (response.status < 400)
                continue;
            EXPECT_NE(problem_of(response), "");
            EXPECT_NE(json_of(response).at("detail").as_string(), "");
            EXPECT_EQ(state(), before);
        }
    }
    for (const unsigned status : {200u, 201u, 400u, 422u})
        EXPECT_TRUE(seen.contains(status))
            << status << " never came: the bodies are not what they should be";
}

} // namespace
} // namespace gmguard::admin
