// SPDX-License-Identifier: BSD-2-Clause
#include "session.hpp"

#include <fmt/format.h>

namespace gmguard::cli {

namespace json = boost::json;

Outcome<Tagged> ask_tagged(Session& session, admin::Request request) {
    request.headers.push_back({"Accept", "application/json, application/problem+json"});
    const auto response = session.server.exchange(request);
    if (!response)
        return std::unexpected(failure(response.error()));
    if (response->status >= 400)
        return std::unexpected(failure(*response));
    Tagged answer{{}, std::string(response->header("ETag").value_or(""))};
    boost::system::error_code error;
    if (!response->body.empty())
        answer.value = json::parse(response->body, error);
    if (!error)
        return answer;
    return std::unexpected(
        failure(Error{ErrorKind::system, 0, session.server.name(),
                      "the answer is no JSON: " + error.message(), "is this gmguardd's socket?"}));
}

Outcome<json::value> ask(Session& session, admin::Request request) {
    auto answer = ask_tagged(session, std::move(request));
    if (!answer)
        return std::unexpected(answer.error());
    return std::move(answer->value);
}

Outcome<json::value> get(Session& session, const std::string& target) {
    return ask(session, get_request(target));
}

admin::Request get_request(std::string target) {
    return {.method = "GET", .target = std::move(target), .headers = {}, .body = {}, .id = {}};
}

admin::Request with_body(std::string method, std::string target, const json::value& body) {
    return {.method = std::move(method),
            .target = std::move(target),
            .headers = {{"Content-Type", "application/json"}},
            .body = json::serialize(body),
            .id = {}};
}

namespace {

// Changes that meet another change of the same thing, until the operator hears of it.
constexpr int kTries = 4;

bool was_changed_meanwhile(const Failure& failure) {
    return number(failure.problem, "status") == 412U;
}

// Too many at once: the daemon takes one more after a second.
bool has_to_wait(const Failure& failure) {
    return number(failure.problem, "status") == 429U;
}

// One read and one write of what was read.
using Change = std::function<Outcome<json::value>()>;

// A binding changes with every answer of the core: what is there then is read and changed anew.
Outcome<json::value> again_if_changed_meanwhile(const Change& change) {
    auto outcome = change();
    for (int tries = 1; tries < kTries && !outcome && was_changed_meanwhile(outcome.error());
         ++tries)
        outcome = change();
    return outcome;
}

Outcome<json::value> put_once(Session& session, const std::string& path, const json::value& body) {
    auto request = with_body("PUT", path, body);
    const auto there = ask_tagged(session, get_request(path));
    if (there)
        request.headers.push_back({"If-Match", there->etag});
    else if (there.error().exit != Exit::not_found)
        return std::unexpected(there.error());
    return ask(session, std::move(request));
}

Outcome<json::value> remove_once(Session& session, const std::string& path) {
    auto there = ask_tagged(session, get_request(path));
    if (!there)
        return std::unexpected(there.error());
    const auto gone = ask(session, {.method = "DELETE",
                                    .target = path,
                                    .headers = {{"If-Match", there->etag}},
                                    .body = {},
                                    .id = {}});
    if (!gone)
        return std::unexpected(gone.error());
    return std::move(there->value);
}

} // namespace

// Not again: what was looked at is not what is there any more, and a person decided on it.
Outcome<json::value> post(Session& session, const std::string& path, const std::string& action,
                          const json::value& body) {
    const auto there = ask_tagged(session, get_request(path));
    if (!there)
        return std::unexpected(there.error());
    auto request = with_body("POST", path + action, body);
    request.headers.push_back({"If-Match", there->etag});
    return ask(session, std::move(request));
}

Outcome<json::value> put(Session& session, const std::string& path, const json::value& body) {
    return again_if_changed_meanwhile([&] { return put_once(session, path, body); });
}

Outcome<json::value> remove(Session& session, const std::string& path) {
    const auto once = [&] { return remove_once(session, path); };
    auto outcome = again_if_changed_meanwhile(once);
    while (!outcome && has_to_wait(outcome.error()) && session.pause())
        outcome = again_if_changed_meanwhile(once);
    return outcome;
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
