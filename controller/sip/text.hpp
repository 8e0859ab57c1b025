// SPDX-License-Identifier: BSD-2-Clause
// A piece of a message's text. As it is read from one it is a view of what the Message keeps, so
// that reading copies nothing: it is good as long as that Message, or a copy of it, is there. One
// that is made of a string has a copy of its own.
#pragma once

#include <concepts>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace gmguard::sip {

class Text {
  public:
    Text() = default;
    Text(std::string text)
        : own_(std::make_shared<const std::string>(std::move(text))), view_(*own_) {}
    Text(const char* text) : Text(std::string(text)) {}
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
    std::shared_ptr<const std::string> own_; // null: a view of the Message's
    std::string_view view_;
};

} // namespace gmguard::sip
