// SPDX-License-Identifier: BSD-2-Clause
// Errors as RFC 9457 problem documents. This is the one place that gives an Error its HTTP status.
#pragma once

#include "admin/configuration.hpp"
#include "admin/exchange.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace gmguard::admin {

// What is wrong with one part of the input.
struct Flaw {
    std::string pointer; // RFC 6901 into the body; "?name" for a parameter of the query
    std::string detail;
};

// Kinds of problems, each with its status, title and `type` ("/docs/errors#" and its name).
enum class ProblemKind : std::uint8_t {
    malformed_request,      // 400 no HTTP, no JSON, or a wrong query
    unauthorized,           // 401 nobody says who asks
    forbidden,              // 403
    not_found,              // 404
    method_not_allowed,     // 405
    conflict,               // 409
    consent_required,       // 409 the detail says what to agree to, and how
    precondition_failed,    // 412
    content_too_large,      // 413
    unsupported_media_type, // 415 the body is of a type that is not taken here
    invalid,                // 422 JSON, but not what is asked for
    precondition_required,  // 428
    too_many_requests,      // 429
    header_too_large,       // 431
    internal,               // 500
    unsupported,            // 501
    unavailable,            // 503
    too_busy,               // 503 too many connections or streams
    exhausted,              // 507
};

struct Problem {
    ProblemKind kind = ProblemKind::internal;
    std::string detail;
    std::vector<Flaw> errors;
    std::vector<FileProblem> in_file{}; // among `errors`, too
};

[[nodiscard]] ProblemKind problem_kind(ErrorKind kind);
[[nodiscard]] unsigned status_of(ProblemKind kind);

// application/problem+json. `instance` is the path that was asked for.
[[nodiscard]] Response respond(const Problem& problem, std::string_view instance,
                               std::string_view request_id);
[[nodiscard]] Response respond(const Problem& problem, const Request& request);
[[nodiscard]] Response respond(const Error& error, const Request& request);

} // namespace gmguard::admin
