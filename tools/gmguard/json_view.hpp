// SPDX-License-Identifier: BSD-2-Clause
// Reading JSON for tables: what is missing, null or of another type reads as empty, so that an
// older command line can show what a newer daemon says.
#pragma once

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gmguard::cli {

using Time = std::chrono::system_clock::time_point;

// Null where `value` is no object or has no such member.
[[nodiscard]] const boost::json::value& member(const boost::json::value& value,
                                               std::string_view name);
// An object would become a temporary value that the answer refers to: keep documents as values.
const boost::json::value& member(const boost::json::object&, std::string_view) = delete;

// A string as it is, a number or a word in JSON's spelling; else "".
[[nodiscard]] std::string text(const boost::json::value& value);
[[nodiscard]] std::string text(const boost::json::value& value, std::string_view name);
[[nodiscard]] std::uint64_t number(const boost::json::value& value, std::string_view name);
// The elements of a list, or none.
[[nodiscard]] const boost::json::array& list(const boost::json::value& value,
                                             std::string_view name);
const boost::json::array& list(const boost::json::object&, std::string_view) = delete;
// The elements of a list of texts, ", " between them.
[[nodiscard]] std::string joined(const boost::json::value& value, std::string_view name);

// RFC 3339 in UTC, any number of decimals (digits after the sixth are cut).
[[nodiscard]] std::optional<Time> time_of(std::string_view rfc3339);
// How long until, or since, the time in a member; "" where there is none, "0s" where it is past.
[[nodiscard]] std::string until(const boost::json::value& value, std::string_view name, Time now);
[[nodiscard]] std::string since(const boost::json::value& value, std::string_view name, Time now);

// "192.0.2.1:5060", "[2001:db8::1]:5060", or the address alone where there is no port.
[[nodiscard]] std::string endpoint(const std::string& address, const std::string& port);

} // namespace gmguard::cli
