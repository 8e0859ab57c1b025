// SPDX-License-Identifier: BSD-2-Clause
#include "session.hpp"

#include <fmt/format.h>

namespace gmguard::cli {

namespace json = boost::json;

Outcome<json::value> ask(Session& session, admin::Request request) {
    request.headers.push_back({"Accept", "application/json, application/problem+json"});
    const auto response = session.server.exchange(request);
    if (!response)
        return std::unexpected(failure(response.error()));
    if (response->status >= 400)
        return std::unexpected(failure(*response));
    if (response->body.empty())
        return json::value();
    boost::system::error_code error;
    auto value = json::parse(response->body, error);
    if (!error)
        return value;
    return std::unexpected(
        failure(Error{ErrorKind::system, 0, session.server.name(),
                      "the answer is no JSON: " + error.message(), "is this gmguardd's socket?"}));
}

Outcome<json::value> get(Session& session, const std::string& target) {
    return ask(session, {.method = "GET", .target = target, .headers = {}, .body = {}, .id = {}});
}

admin::Request with_body(std::string method, std::string target, const json::value& body) {
    return {.method = std::move(method),
            .target = std::move(target),
            .headers = {{"Content-Type", "application/json"}},
            .body = json::serialize(body),
            .id = {}};
}

std::string encoded(std::string_view text) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text)
        if (kPlain.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

std::string target_of(std::string path, const Parameters& parameters) {
    char separator = '?';
    for (const auto& [name, value] : parameters) {
        if (value.empty())
            continue;
        path += fmt::format("{}{}={}", separator, name, encoded(value));
        separator = '&';
    }
    return path;
}

} // namespace gmguard::cli
