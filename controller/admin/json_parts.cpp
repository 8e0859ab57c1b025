// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_parts.hpp"

#include "admin/json_write.hpp"
#include "admin/utf8.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(as_utf8(text));
}

json::value time_or_null(const std::optional<Time>& time) {
    return time ? json::value(rfc3339(*time)) : json::value(nullptr);
}

json::value holder_or_null(const std::optional<EventHolder>& holder) {
    if (!holder)
        return nullptr;
    return json::object{
        {"impi", text_or_null(holder->impi)},
        {"since", time_or_null(holder->since)},
        {"binding", text_or_null(holder->binding)},
        {"selector", text_or_null(holder->selector)},
    };
}

} // namespace gmguard::admin
