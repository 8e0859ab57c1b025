// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_write.hpp"
#include "admin/pages.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

store::ChangeQuery read_query(Query& query) {
    store::ChangeQuery wanted;
    wanted.caller = query.text("caller").value_or("");
    wanted.method = query.text("method").value_or("");
    wanted.path = query.text("path").value_or("");
    const Page page = read_page(query);
    wanted.limit = page.limit;
    wanted.before = page.before;
    return wanted;
}

Response list(const store::Store& store, Call& call) {
    const store::ChangeQuery wanted = read_query(call.query);
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const auto page = store.changes(wanted);
    if (!page)
        return respond(page.error(), call.request);
    json::array items;
    for (const store::Change& change : page->items)
        items.push_back(to_json(change));
    return reply_page(std::move(items), page->more ? page->items.back().id : 0);
}

} // namespace

void add_audit_route(Router& router, const store::Store& store) {
    router.add({"GET", "/v1/audit", {"caller", "method", "path", "limit", "cursor"}},
               [&store](Call& call) { return list(store, call); });
}

} // namespace gmguard::admin
