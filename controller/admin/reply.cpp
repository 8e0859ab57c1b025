// SPDX-License-Identifier: BSD-2-Clause
#include "admin/reply.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t'))
        text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t'))
        text.remove_suffix(1);
    return text;
}

// Our tags hold no comma, so that a list can be split at commas.
bool lists(std::string_view list, std::string_view etag, bool weak) {
    if (trimmed(list) == "*")
        return true;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(','), list.size());
        std::string_view tag = trimmed(list.substr(0, end));
        if (weak && tag.starts_with("W/"))
            tag.remove_prefix(2);
        if (tag == etag)
            return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

} // namespace

Response reply(unsigned status, const json::object& body) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = json::serialize(body) + "\n";
    return response;
}

Response reply_empty() {
    Response response;
    response.status = 204;
    return response;
}

// FNV-1a, 64 bits: tags tell versions apart, they keep nobody out.
std::string etag_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return fmt::format("\"{:016x}\"", hash);
}

std::string etag_of(const json::object& body) {
    return etag_of(json::serialize(body));
}

std::optional<Problem> check_change(const Request& request, std::string_view what,
                                    std::string_view etag) {
    const std::string it(what);
    if (is_known(request, etag))
        return Problem{ProblemKind::precondition_failed, it + " is there already", {}};
    const std::optional<std::string_view> condition = request.header("If-Match");
    if (!condition)
        return Problem{ProblemKind::precondition_required,
                       it + " is there: send If-Match with the ETag of GET, or * for any",
                       {}};
    if (!lists(*condition, etag, false))
        return Problem{ProblemKind::precondition_failed,
                       "the ETag of " + it + " is now " + std::string(etag),
                       {}};
    return std::nullopt;
}

std::optional<Problem> check_creation(const Request& request) {
    if (!request.header("If-Match"))
        return std::nullopt;
    return Problem{ProblemKind::precondition_failed, "it does not exist", {}};
}

bool is_known(const Request& request, std::string_view etag) {
    const std::optional<std::string_view> condition = request.header("If-None-Match");
    return condition && lists(*condition, etag, true);
}

Response reply_tagged(const Request& request, Response response, const std::string& etag) {
    if (is_known(request, etag)) {
        response = Response{};
        response.status = 304;
    }
    response.headers.push_back({"ETag", etag});
    return response;
}

} // namespace gmguard::admin
