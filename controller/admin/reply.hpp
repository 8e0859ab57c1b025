// SPDX-License-Identifier: BSD-2-Clause
// JSON answers, their entity tags, and the conditions that requests put on them (RFC 9110 13).
#pragma once

#include "admin/exchange.hpp"
#include "admin/problem.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gmguard::admin {

[[nodiscard]] Response reply(unsigned status, const boost::json::object& body);
[[nodiscard]] Response reply_empty(); // 204

// A strong tag, quotes included: the same text has the same tag, in every process.
[[nodiscard]] std::string etag_of(std::string_view text);
[[nodiscard]] std::string etag_of(const boost::json::object& body);

// Whether a thing that exists with this tag may be changed: precondition_required without If-Match,
// precondition_failed with another tag, or where If-None-Match forbids it. `what` names it.
[[nodiscard]] std::optional<Problem> check_change(const Request& request, std::string_view what,
                                                  std::string_view etag);
// Whether a thing that does not exist may be made: precondition_failed where If-Match is there.
[[nodiscard]] std::optional<Problem> check_creation(const Request& request);

// If-None-Match names this tag: the answer to GET is 304.
[[nodiscard]] bool is_known(const Request& request, std::string_view etag);

// reply() with ETag, or 304 without a body where the tag is known.
[[nodiscard]] Response reply_tagged(const Request& request, Response response,
                                    const std::string& etag);

} // namespace gmguard::admin
