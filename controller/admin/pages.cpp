// SPDX-License-Identifier: BSD-2-Clause
#include "admin/pages.hpp"

#include "admin/reply.hpp"

#include <boost/json.hpp>

#include <limits>

namespace gmguard::admin {
namespace {

constexpr std::uint64_t kMaxLimit = 1000;
constexpr std::uint64_t kMaxId = std::numeric_limits<std::int64_t>::max();

} // namespace

Page read_page(Query& query) {
    return {query.number("limit", 1, kMaxLimit).value_or(100),
            query.number("cursor", 1, kMaxId).value_or(kMaxId)};
}

Response reply_page(boost::json::array items, std::uint64_t last) {
    boost::json::object body{{"items", std::move(items)}, {"next_cursor", nullptr}};
    if (last != 0)
        body["next_cursor"] = std::to_string(last);
    return reply(200, body);
}

} // namespace gmguard::admin
