// SPDX-License-Identifier: BSD-2-Clause
// Lists and parameters of headers that the shared scanner does not decode (Via, Security-*):
// RFC 3261 25.1, quoted strings respected.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace gmguard::sip {

// Without blanks and folds at either end.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

// A header's value in one line: each fold becomes one blank, none is left at either end.
[[nodiscard]] std::string unfold(std::string_view value);

// The parts between separators that stand outside quoted strings, trimmed; an empty text has none.
class Parts {
  public:
    Parts(std::string_view text, char separator)
        : text_(text), separator_(separator), quotes_(text.find('"') != std::string_view::npos) {}
    // The next one; none: that was the last.
    [[nodiscard]] std::optional<std::string_view> next();

  private:
    [[nodiscard]] std::size_t end_of_part() const;

    std::string_view text_;
    std::size_t at_ = 0;
    char separator_;
    bool quotes_; // there are some
};

struct Parameter {
    std::string_view name;
    std::string_view value; // without quotes; empty where there is none

    // Whatever the case of its letters.
    [[nodiscard]] bool is(std::string_view other) const;
};
// "name", "name=value" or "name="value"", blanks around the '=' allowed.
[[nodiscard]] Parameter parse_parameter(std::string_view text);

[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

// Decimal digits and nothing else.
template <std::unsigned_integral T> std::optional<T> parse_number(std::string_view text) {
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace gmguard::sip
