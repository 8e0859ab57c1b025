// SPDX-License-Identifier: BSD-2-Clause
// Lists that are read page by page, the newest first: ?limit=&cursor=, and {items, next_cursor}.
#pragma once

#include "admin/exchange.hpp"
#include "admin/router.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>

namespace gmguard::admin {

struct Page {
    std::size_t limit = 100;
    std::uint64_t before = 0; // ids below it
};

// What is wrong goes to the flaws of the query.
[[nodiscard]] Page read_page(Query& query);

// `last`: the id of the last item, where there is a next page; else 0.
[[nodiscard]] Response reply_page(boost::json::array items, std::uint64_t last);

} // namespace gmguard::admin
