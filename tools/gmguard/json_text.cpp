// SPDX-License-Identifier: BSD-2-Clause
#include "json_text.hpp"

#include <algorithm>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

void write(const json::value& value, std::size_t depth, std::string& out);

bool is_plain(const json::array& list) {
    return std::ranges::all_of(list, [](const json::value& v) { return v.is_primitive(); });
}

void new_line(std::size_t depth, std::string& out) {
    out += "\n" + std::string(2 * depth, ' ');
}

void write_object(const json::object& object, std::size_t depth, std::string& out) {
    out += '{';
    for (std::size_t i = 0; const auto& [key, value] : object) {
        out += i++ == 0 ? "" : ",";
        new_line(depth + 1, out);
        out += json::serialize(json::string(key)) + ": ";
        write(value, depth + 1, out);
    }
    if (!object.empty())
        new_line(depth, out);
    out += '}';
}

void write_list(const json::array& list, std::size_t depth, std::string& out) {
    const bool plain = is_plain(list);
    out += '[';
    for (std::size_t i = 0; const auto& value : list) {
        out += i == 0 ? "" : plain ? ", " : ",";
        if (!plain)
            new_line(depth + 1, out);
        write(value, depth + 1, out);
        ++i;
    }
    if (!plain)
        new_line(depth, out);
    out += ']';
}

void write(const json::value& value, std::size_t depth, std::string& out) {
    if (value.is_object())
        write_object(value.get_object(), depth, out);
    else if (value.is_array())
        write_list(value.get_array(), depth, out);
    else
        out += json::serialize(value);
}

} // namespace

std::string pretty(const json::value& value) {
    std::string out;
    write(value, 0, out);
    return out;
}

} // namespace gmguard::cli
