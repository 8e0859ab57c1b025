// SPDX-License-Identifier: BSD-2-Clause
// Strict reading of JSON bodies: RFC 8259, no member twice, bounded depth, no unknown members. All
// that is wrong is reported at once, each with its JSON pointer.
#pragma once

#include "admin/problem.hpp"
#include "base/error.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::admin {

// Arrays and objects inside each other; deeper is an error.
inline constexpr std::size_t kJsonDepth = 16;

// Fails (kind invalid) on anything but exactly one JSON text.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text);

// The body of a request: 415 where it does not say to be JSON (or a merge patch), as what a page of
// another origin can send without being asked never does; 400 where it is none. No body at all
// reads as {}.
[[nodiscard]] std::expected<boost::json::value, Problem> read_body(const Request& request);

// 422, with the flaws.
[[nodiscard]] Problem invalid_body(std::vector<Flaw> flaws);

// Reads the members of one object by name. What is missing or has the wrong type goes to `flaws`
// and reads as nullopt. Refers to `value` and `flaws`, which must outlive it.
class ObjectReader {
  public:
    ObjectReader(const boost::json::value& value, std::string pointer, std::vector<Flaw>& flaws);

    [[nodiscard]] bool has(std::string_view member) const;
    // Not empty, at most `max` bytes, no control characters but in `raw_text`.
    [[nodiscard]] std::optional<std::string> text(std::string_view member, std::size_t max = 255);
    [[nodiscard]] std::optional<std::string> raw_text(std::string_view member, std::size_t max);
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view member, std::uint64_t min,
                                                      std::uint64_t max);
    // What is missing is false, and no flaw.
    [[nodiscard]] bool flag(std::string_view member);
    // At least one element; each as text().
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view member,
                                                                std::size_t max_elements);
    // The value itself, whatever it is; nullptr where missing.
    [[nodiscard]] const boost::json::value* any(std::string_view member);
    [[nodiscard]] bool is_null(std::string_view member) const;
    [[nodiscard]] std::vector<std::string> members() const;

    // Reports `detail` at a member.
    void flaw(std::string_view member, std::string detail);
    // Reports members that nobody asked for. To be called last.
    void refuse_others();

  private:
    [[nodiscard]] std::optional<std::string> string(std::string_view member, std::size_t max,
                                                    bool raw);
    [[nodiscard]] const boost::json::value* take(std::string_view member);
    [[nodiscard]] std::string pointer_to(std::string_view member) const;

    const boost::json::object* object_ = nullptr;
    std::string pointer_;
    std::vector<Flaw>& flaws_;
    std::set<std::string, std::less<>> taken_;
};

} // namespace gmguard::admin
