// SPDX-License-Identifier: BSD-2-Clause
#include "pages.hpp"

#include <algorithm>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kPage = 1000; // the most that the API gives at once

Outcome<json::value> page(Session& session, const std::string& path, Parameters parameters,
                          std::uint64_t limit, const std::string& cursor) {
    parameters.emplace_back("limit", std::to_string(std::min(limit, kPage)));
    parameters.emplace_back("cursor", cursor);
    return get(session, target_of(path, parameters));
}

} // namespace

Outcome<json::value> all_pages(Session& session, const std::string& path,
                               const Parameters& parameters, std::uint64_t limit) {
    const std::uint64_t wanted = limit == 0 ? UINT64_MAX : limit;
    json::array items;
    std::string cursor;
    for (;;) {
        auto next = page(session, path, parameters, wanted - items.size(), cursor);
        if (!next || !next->is_object())
            return next;
        for (const auto& item : list(*next, "items"))
            items.push_back(item);
        cursor = text(*next, "next_cursor");
        if (!cursor.empty() && items.size() < wanted)
            continue;
        next->as_object()["items"] = std::move(items);
        return next;
    }
}

} // namespace gmguard::cli
