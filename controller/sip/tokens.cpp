// SPDX-License-Identifier: BSD-2-Clause
#include "sip/tokens.hpp"

#include <algorithm>

namespace gmguard::sip {
namespace {

char lower_char(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string unfold(std::string_view value) {
    value = trim(value);
    std::string line;
    line.reserve(value.size());
    while (!value.empty()) {
        const auto fold = std::min(value.find('\r'), value.size());
        line += value.substr(0, fold);
        value = trim(value.substr(fold));
        if (!value.empty())
            line += ' ';
    }
    return line;
}

std::size_t Parts::end_of_part() const {
    const std::size_t end = std::min(text_.find(separator_, at_), text_.size());
    if (!quotes_ || !text_.substr(at_, end - at_).contains('"'))
        return end;
    bool quoted = false;
    std::size_t i = at_;
    for (; i < text_.size() && (quoted || text_[i] != separator_); ++i) {
        if (quoted && text_[i] == '\\')
            ++i;
        else if (text_[i] == '"')
            quoted = !quoted;
    }
    return std::min(i, text_.size());
}

std::optional<std::string_view> Parts::next() {
    if (text_.empty() || at_ > text_.size())
        return std::nullopt;
    const std::size_t begin = at_;
    const std::size_t end = end_of_part();
    at_ = end + 1;
    return trim(text_.substr(begin, end - begin));
}

bool Parameter::is(std::string_view other) const {
    return equal_ignoring_case(name, other);
}

Parameter parse_parameter(std::string_view text) {
    const auto equal = text.find('=');
    Parameter parameter{trim(text.substr(0, equal)), {}};
    if (equal == std::string_view::npos)
        return parameter;
    parameter.value = trim(text.substr(equal + 1));
    const bool quoted = parameter.value.size() > 1 && parameter.value.front() == '"' &&
                        parameter.value.back() == '"';
    if (quoted)
        parameter.value = parameter.value.substr(1, parameter.value.size() - 2);
    return parameter;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower_char);
    return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower_char, lower_char);
}

} // namespace gmguard::sip
