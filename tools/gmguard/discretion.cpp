// SPDX-License-Identifier: BSD-2-Clause
#include "discretion.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <regex>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

kernel::HashKey drawn_key() {
    kernel::HashKey key{};
    // Up to 256 bytes come at once and whole, random(7).
    (void)::getrandom(key.data(), sizeof key, 0);
    return key;
}

const std::regex& names() {
    static const std::regex pattern(
        R"((?:sips?|tel):[^\s<>"',;]+|[^\s<>"',;:@(]+@[^\s<>"',;)]+|\d{14,})",
        std::regex::icase | std::regex::optimize);
    return pattern;
}

bool is_name(std::string_view member) {
    constexpr std::array<std::string_view, 4> members = {"impi", "impu", "impus", "call_id"};
    return std::ranges::find(members, member) != members.end();
}

} // namespace

Discretion::Discretion(bool names) : Discretion(drawn_key(), names) {}

std::string Discretion::hashed(std::string_view name) const {
    if (names_ || name.empty())
        return std::string(name);
    return fmt::format("anon-{:016x}", static_cast<std::uint64_t>(hasher_.bytes(name)));
}

std::string Discretion::text(const std::string& text) const {
    if (names_)
        return text;
    std::string out;
    auto rest = text.cbegin();
    for (std::sregex_iterator each(text.begin(), text.end(), names()), end; each != end; ++each) {
        out.append(rest, (*each)[0].first);
        out += hashed(each->str());
        rest = (*each)[0].second;
    }
    return out.append(rest, text.cend());
}

json::value Discretion::whole(const json::value& value) const {
    if (value.is_string())
        return json::value(hashed(value.get_string()));
    if (!value.is_array())
        return value;
    json::array out;
    for (const auto& each : value.get_array())
        out.push_back(whole(each));
    return out;
}

json::value Discretion::document(const json::value& value) const {
    if (value.is_string())
        return json::value(text(std::string(value.get_string())));
    if (value.is_array()) {
        json::array out;
        for (const auto& each : value.get_array())
            out.push_back(document(each));
        return out;
    }
    if (!value.is_object())
        return value;
    json::object out;
    for (const auto& [key, member] : value.get_object())
        out[key] = is_name(key) ? whole(member) : document(member);
    return out;
}

} // namespace gmguard::cli
