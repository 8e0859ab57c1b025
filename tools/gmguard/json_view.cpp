// SPDX-License-Identifier: BSD-2-Clause
#include "json_view.hpp"

#include "text.hpp"

#include <array>
#include <charconv>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

const json::value kNull;
const json::array kNoItems;

// The digits at `at`, all of them. REQUIRES: at + count <= text.size().
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    const char* const end = text.data() + at + count;
    const auto [stopped, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc{} && stopped == end && text[at] != '-' ? std::optional(value)
                                                                     : std::nullopt;
}

// "905000" of ".905Z"; nullopt where it does not end in Z.
std::optional<int> microseconds_of(std::string_view text) {
    if (text == "Z")
        return 0;
    if (text.size() < 3 || text.front() != '.' || text.back() != 'Z')
        return std::nullopt;
    std::string decimals(text.substr(1, text.size() - 2));
    decimals.resize(6, '0');
    return digits(decimals, 0, 6);
}

std::string span_text(std::chrono::system_clock::duration span) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
    return duration(seconds > 0 ? static_cast<std::uint64_t>(seconds) : 0);
}

} // namespace

const json::value& member(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found ? *found : kNull;
}

std::string text(const json::value& value) {
    if (value.is_string())
        return std::string(value.get_string());
    return value.is_number() || value.is_bool() ? json::serialize(value) : std::string();
}

std::string text(const json::value& value, std::string_view name) {
    return text(member(value, name));
}

std::uint64_t number(const json::value& value, std::string_view name) {
    const auto& found = member(value, name);
    if (const auto* plain = found.if_uint64())
        return *plain;
    const auto* with_sign = found.if_int64();
    return with_sign && *with_sign > 0 ? static_cast<std::uint64_t>(*with_sign) : 0;
}

const json::array& list(const json::value& value, std::string_view name) {
    const auto* found = member(value, name).if_array();
    return found ? *found : kNoItems;
}

std::string joined(const json::value& value, std::string_view name) {
    std::string out;
    for (const auto& item : list(value, name))
        out += (out.empty() ? "" : ", ") + text(item);
    return out;
}

std::optional<Time> time_of(std::string_view rfc3339) {
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
    if (rfc3339.size() <= kForm.size())
        return std::nullopt;
    for (std::size_t i = 0; i < kForm.size(); ++i)
        if (kForm[i] != 'd' && kForm[i] != rfc3339[i])
            return std::nullopt;
    constexpr std::array<std::size_t, 6> kStarts{0, 5, 8, 11, 14, 17};
    std::array<int, 6> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto part = digits(rfc3339, kStarts[i], i == 0 ? 4 : 2);
        if (!part)
            return std::nullopt;
        parts[i] = *part;
    }
    const auto fraction = microseconds_of(rfc3339.substr(kForm.size()));
    if (!fraction)
        return std::nullopt;
    using namespace std::chrono;
    const auto date = year(parts[0]) / month(static_cast<unsigned>(parts[1])) /
                      day(static_cast<unsigned>(parts[2]));
    if (!date.ok())
        return std::nullopt;
    return sys_days(date) + hours(parts[3]) + minutes(parts[4]) + seconds(parts[5]) +
           microseconds(*fraction);
}

std::string until(const json::value& value, std::string_view name, Time now) {
    const auto time = time_of(text(value, name));
    return time ? span_text(*time - now) : "";
}

std::string since(const json::value& value, std::string_view name, Time now) {
    const auto time = time_of(text(value, name));
    return time ? span_text(now - *time) : "";
}

std::string endpoint(const std::string& address, const std::string& port) {
    if (port.empty())
        return address;
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + port;
}

} // namespace gmguard::cli
