// SPDX-License-Identifier: BSD-2-Clause
#include "outcome.hpp"

#include "admin/problem.hpp"
#include "text.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

Exit exit_of(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::invalid:
        return Exit::usage;
    case ErrorKind::not_found:
        return Exit::not_found;
    case ErrorKind::conflict:
    case ErrorKind::consent:
        return Exit::conflict;
    case ErrorKind::unavailable:
        return Exit::degraded;
    case ErrorKind::unsupported:
    case ErrorKind::exhausted:
    case ErrorKind::system:
        break;
    }
    return Exit::failed;
}

Exit exit_of(unsigned status) {
    switch (status) {
    case 400:
    case 422:
        return Exit::usage;
    case 404:
        return Exit::not_found;
    case 409:
    case 412:
        return Exit::conflict;
    case 503:
        return Exit::degraded;
    default:
        return Exit::failed;
    }
}

constexpr unsigned kUnauthorized = 401;
constexpr const char* kNeedsCredentials =
    "; give --token-file, or --cert-file and --key-file (make a token: gmguard token new NAME)";

// The document that the daemon would answer with, without what belongs to a request.
json::object problem_of(admin::ProblemKind kind, const std::string& detail) {
    const auto response = admin::respond(admin::Problem{kind, detail, {}}, "", "");
    auto problem = json::parse(response.body).as_object();
    problem.erase("instance");
    problem.erase("request_id");
    return problem;
}

std::string text_in(const json::object& object, std::string_view member) {
    const auto* value = object.if_contains(member);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Where an element of `errors` is: a pointer into the body, or a place in a file.
std::string place_text(const json::object& flaw) {
    const auto file = text_in(flaw, "file");
    if (file.empty())
        return text_in(flaw, "pointer");
    const auto* line = flaw.if_contains("line");
    const auto* column = flaw.if_contains("column");
    return line && column && *line != 0
               ? fmt::format("{}:{}:{}", file, json::serialize(*line), json::serialize(*column))
               : file;
}

// "/default: no mode", "gm.toml:3:1: unknown key; did you mean ...".
std::string flaw_text(const json::value& flaw) {
    if (!flaw.is_object())
        return json::serialize(flaw);
    const auto& object = flaw.get_object();
    const auto place = place_text(object);
    const auto hint = text_in(object, "hint");
    return (place.empty() ? "" : place + ": ") + text_in(object, "detail") +
           (hint.empty() ? "" : "; " + hint);
}

} // namespace

std::string Failure::text() const {
    auto text = text_in(problem, "detail");
    if (text.empty())
        text = text_in(problem, "title");
    if (const auto* errors = problem.if_contains("errors"); errors && errors->is_array())
        for (const auto& flaw : errors->get_array())
            text += "\n" + flaw_text(flaw);
    return text;
}

Failure failure(const Error& error) {
    return {exit_of(error.kind), problem_of(admin::problem_kind(error.kind), error.text())};
}

Failure file_failure(const Error& error) {
    auto out = failure(error);
    if (out.exit == Exit::usage)
        out.exit = Exit::failed;
    return out;
}

Failure failure(const admin::Response& response) {
    boost::system::error_code none;
    auto body = json::parse(response.body, none);
    if (!none && body.is_object() && body.get_object().contains("status")) {
        if (response.status == kUnauthorized)
            body.get_object()["detail"] = text_in(body.get_object(), "detail") + kNeedsCredentials;
        return {exit_of(response.status), body.get_object()};
    }
    json::object problem{{"type", "about:blank"},
                         {"title", "The answer is no problem document"},
                         {"status", response.status},
                         {"detail", fmt::format("the daemon answered {}: {}", response.status,
                                                printable(response.body.substr(0, 200)))}};
    return {exit_of(response.status), std::move(problem)};
}

bool needs_consent(const Failure& failure) {
    return text_in(failure.problem, "type").ends_with("#consent_required");
}

Failure usage_failure(std::string detail) {
    return {Exit::usage, problem_of(admin::ProblemKind::invalid, detail)};
}

} // namespace gmguard::cli
