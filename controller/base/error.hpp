// SPDX-License-Identifier: BSD-2-Clause
// Errors are values that name the thing that failed.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace gmguard {

// What the caller can do about it; admin maps these to HTTP status codes and the command line to
// exit codes, so a new kind is added to both tables.
enum class ErrorKind : std::uint8_t {
    invalid,     // the input is wrong: 400/422, exit 2
    not_found,   // the thing named does not exist: 404, exit 3
    conflict,    // it exists, is held by somebody else, or the precondition failed: 409/412, exit 4
    consent,     // it can be done, when somebody says that he knows what it means: 409, exit 4
    unsupported, // this kernel, driver or build cannot do it: 501, exit 1
    exhausted,   // a table or a limit is full: 507, exit 1
    unavailable, // the other side does not answer: 503, exit 5
    system,      // the operating system said no; `code` is the errno: 500, exit 1
};

struct Error {
    ErrorKind kind = ErrorKind::system;
    int code = 0;        // errno where kind is system, else 0
    std::string subject; // the thing: "map gm_bindings", "interface eth0", "config:12:3"
    std::string what;    // one sentence, lower case, no full stop: "cannot attach: device busy"
    std::string hint;    // what to do about it; may be empty

    // "subject: what; hint"
    [[nodiscard]] std::string text() const;
};

template <typename T = void> using Result = std::expected<T, Error>;

// Error of kind system from a positive errno value.
[[nodiscard]] Error system_error(int errno_value, std::string subject, std::string what);

// The mark of failure, for `return fail(...)` from any Result<T>.
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string subject,
                                                 std::string what, std::string hint = {}) {
    return std::unexpected<Error>(
        Error{kind, 0, std::move(subject), std::move(what), std::move(hint)});
}

} // namespace gmguard
