// SPDX-License-Identifier: BSD-2-Clause
#include "admin/exchange.hpp"

#include <algorithm>

namespace gmguard::admin {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::optional<std::string_view> find(const std::vector<Header>& headers, std::string_view name) {
    for (const Header& header : headers)
        if (equal_ignoring_case(header.name, name))
            return header.value;
    return std::nullopt;
}

} // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    return find(headers, name);
}

std::optional<std::string_view> Response::header(std::string_view name) const {
    return find(headers, name);
}

} // namespace gmguard::admin
