// SPDX-License-Identifier: BSD-2-Clause
#include "admin/problem.hpp"

#include "admin/utf8.hpp"

#include <boost/json.hpp>

#include <array>
#include <cstddef>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

struct Description {
    ProblemKind kind;
    unsigned status;
    std::string_view name;
    std::string_view title;
};

using enum ProblemKind;
constexpr std::array kDescriptions{
    Description{malformed_request, 400, "malformed_request", "Malformed request"},
    Description{unauthorized, 401, "unauthorized", "Who asks?"},
    Description{forbidden, 403, "forbidden", "Not allowed"},
    Description{not_found, 404, "not_found", "Not found"},
    Description{method_not_allowed, 405, "method_not_allowed", "Method not allowed"},
    Description{conflict, 409, "conflict", "Conflict"},
    Description{consent_required, 409, "consent_required", "Consent is needed"},
    Description{precondition_failed, 412, "precondition_failed", "It has changed since"},
    Description{content_too_large, 413, "content_too_large", "Body too large"},
    Description{unsupported_media_type, 415, "unsupported_media_type",
                "The body is of another type than asked for"},
    Description{invalid, 422, "invalid", "Invalid input"},
    Description{precondition_required, 428, "precondition_required", "If-Match is required"},
    Description{too_many_requests, 429, "too_many_requests", "Too many requests"},
    Description{header_too_large, 431, "header_too_large", "Header too large"},
    Description{internal, 500, "internal", "Internal error"},
    Description{unsupported, 501, "unsupported", "Not supported here"},
    Description{unavailable, 503, "unavailable", "Not available now"},
    Description{too_busy, 503, "too_busy", "Too many connections"},
    Description{exhausted, 507, "exhausted", "No room left"},
};

const Description& describe(ProblemKind kind) {
    return kDescriptions.at(static_cast<std::size_t>(kind));
}

json::object to_json(const FileProblem& problem) {
    return {{"file", as_utf8(problem.file)},
            {"line", problem.line},
            {"column", problem.column},
            {"detail", as_utf8(problem.detail)},
            {"hint", as_utf8(problem.hint)}};
}

json::array errors_of(const Problem& problem) {
    json::array list;
    for (const Flaw& flaw : problem.errors)
        list.push_back(
            json::object{{"pointer", as_utf8(flaw.pointer)}, {"detail", as_utf8(flaw.detail)}});
    for (const FileProblem& flaw : problem.in_file)
        list.push_back(to_json(flaw));
    return list;
}

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

} // namespace

ProblemKind problem_kind(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::invalid:
        return invalid;
    case ErrorKind::not_found:
        return not_found;
    case ErrorKind::conflict:
        return conflict;
    case ErrorKind::consent:
        return consent_required;
    case ErrorKind::unsupported:
        return unsupported;
    case ErrorKind::exhausted:
        return exhausted;
    case ErrorKind::unavailable:
        return unavailable;
    case ErrorKind::system:
        break;
    }
    return internal;
}

unsigned status_of(ProblemKind kind) {
    return describe(kind).status;
}

Response respond(const Problem& problem, std::string_view instance, std::string_view request_id) {
    const Description& description = describe(problem.kind);
    json::object body{
        {"type", "/docs/errors#" + std::string(description.name)},
        {"title", description.title},
        {"status", description.status},
        {"detail", as_utf8(problem.detail)},
        {"instance", as_utf8(path_of(instance))},
        {"request_id", request_id},
    };
    if (auto errors = errors_of(problem); !errors.empty())
        body["errors"] = std::move(errors);
    Response response;
    response.status = description.status;
    response.content_type = "application/problem+json";
    response.body = json::serialize(body) + "\n";
    return response;
}

Response respond(const Problem& problem, const Request& request) {
    return respond(problem, request.target, request.id);
}

Response respond(const Error& error, const Request& request) {
    return respond(Problem{problem_kind(error.kind), error.text(), {}}, request);
}

} // namespace gmguard::admin
