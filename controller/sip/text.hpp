// SPDX-License-Identifier: BSD-2-Clause
// A piece of a message's text, as a view of what the Message keeps: reading copies nothing, and a
// Text is good as long as that Message, or a copy of it, is there. Nothing but a literal becomes
// one without a word: what a string's is a view of, its maker has to see to.
#pragma once

#include <concepts>
#include <ostream>
#include <string>
#include <string_view>

namespace gmguard::sip {

class Text {
  public:
    Text() = default;
    consteval Text(const char* literal) : view_(literal) {}
    // `text` outlives it and its copies.
    [[nodiscard]] static Text of(std::string_view text) {
        Text made;
        made.view_ = text;
        return made;
    }

    operator std::string_view() const { return view_; }
    [[nodiscard]] std::string_view view() const { return view_; }
    [[nodiscard]] std::string string() const { return std::string(view_); }
    [[nodiscard]] bool empty() const { return view_.empty(); }
    void clear() { *this = {}; }

    template <std::convertible_to<std::string_view> Other>
    friend bool operator==(const Text& a, const Other& b) {
        return a.view_ == static_cast<std::string_view>(b);
    }
    friend std::ostream& operator<<(std::ostream& out, const Text& text) {
        return out << text.view_;
    }

  private:
    std::string_view view_;
};

} // namespace gmguard::sip
