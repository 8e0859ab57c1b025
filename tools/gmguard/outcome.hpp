// SPDX-License-Identifier: BSD-2-Clause
// How a command ends: an exit code, and where it failed, an RFC 9457 problem document, the same
// that the daemon answers with.
#pragma once

#include "admin/exchange.hpp"
#include "base/error.hpp"

#include <boost/json.hpp>

#include <expected>
#include <string>

namespace gmguard::cli {

// Public: scripts branch on these.
enum class Exit : int {
    ok = 0,
    failed = 1,
    usage = 2,
    not_found = 3,
    conflict = 4,
    degraded = 5, // also: the daemon cannot be reached
};

struct Failure {
    Exit exit = Exit::failed;
    boost::json::object problem; // type, title, status, detail; more by kind

    // "detail", and a line for each of its errors.
    [[nodiscard]] std::string text() const;
};

template <typename T = void> using Outcome = std::expected<T, Failure>;

// As ErrorKind says (base/error.hpp).
[[nodiscard]] Failure failure(const Error& error);
// The same for a file that is read here: what is wrong in it is no wrong usage.
[[nodiscard]] Failure file_failure(const Error& error);
// Of an answer with a status of 400 or more. A body that is no problem document is quoted.
[[nodiscard]] Failure failure(const admin::Response& response);
// The daemon would do it for somebody who says that he knows what it means.
[[nodiscard]] bool needs_consent(const Failure& failure);
[[nodiscard]] Failure usage_failure(std::string detail);

} // namespace gmguard::cli
