// SPDX-License-Identifier: BSD-2-Clause
// Between Beast's messages and our own. Of http_session.cpp and http_client.cpp alone.
#pragma once

#include "admin/exchange.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <string>
#include <vector>

namespace gmguard::admin {

[[nodiscard]] inline std::string text_of(boost::beast::string_view text) {
    return std::string(text.data(), text.size());
}

template <bool is_request, typename Fields>
[[nodiscard]] std::vector<Header>
headers_of(const boost::beast::http::header<is_request, Fields>& message) {
    std::vector<Header> headers;
    for (const auto& field : message)
        headers.push_back({text_of(field.name_string()), text_of(field.value())});
    return headers;
}

// As it goes out, with the empty line behind it.
[[nodiscard]] inline std::string header_text(const boost::beast::http::response_header<>& header) {
    const boost::beast::http::fields::writer lines(header, header.version(), header.result_int());
    return boost::beast::buffers_to_string(lines.get());
}
[[nodiscard]] inline std::string header_text(const boost::beast::http::request_header<>& header) {
    const boost::beast::http::fields::writer lines(header, header.version(), header.method());
    return boost::beast::buffers_to_string(lines.get());
}

} // namespace gmguard::admin
