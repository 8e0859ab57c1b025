// SPDX-License-Identifier: BSD-2-Clause
// What became of bindings: of one, by its id; of a selector, by a source; of a subscriber. Also
// when they are long gone.
#include "admin/json_write.hpp"
#include "admin/pages.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"
#include "admin/sources.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

constexpr unsigned kFewestBits = 48; // of an address, that a pool can let count

// Every selector that the source can have had, whatever the pools were then.
std::vector<std::string> selectors_of(const Endpoint& source) {
    const std::string port = ":" + std::to_string(source.port);
    std::vector<std::string> selectors;
    const auto add = [&](const std::string& unit, bool bracketed) {
        selectors.push_back(unit);
        if (source.port != 0)
            selectors.push_back((bracketed ? "[" + unit + "]" : unit) + port);
    };
    add(source.address.text(), !source.address.is_v4());
    for (unsigned bits = kFewestBits; bits < 128 && !source.address.is_v4(); ++bits)
        add(Prefix{source.address.masked(bits), bits}.text(), true);
    return selectors;
}

store::EntryQuery history_query(const Page& page) {
    store::EntryQuery query;
    query.kind = store::Kind::life;
    query.newest_first = true;
    query.before = page.before;
    query.limit = page.limit;
    return query;
}

// Without a port: whatever came from that address, too.
void ask_for_source(store::EntryQuery& query, const Endpoint& source) {
    query.selectors = selectors_of(source);
    if (source.port == 0)
        query.address = source.address.text();
}

Response answer(const store::EntryPage& page) {
    return reply_page(to_json(page.items), page.more ? page.items.back().id : 0);
}

Response of_one(const Guard& guard, const store::Store& store, Call& call) {
    const std::string& id = call.parameter("id");
    store::EntryQuery query = history_query(read_page(call.query));
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const auto source = source_of(id);
    if (source)
        ask_for_source(query, *source);
    else
        query.binding = id;
    const auto page = store.entries(query);
    if (!page)
        return respond(page.error(), call.request);
    if (source || !page->items.empty() || call.query.text("cursor"))
        return answer(*page);
    const auto there = guard.binding(id);
    return there ? answer(*page) : respond(there.error(), call.request);
}

Response of_subscriber(const store::Store& store, Call& call) {
    store::EntryQuery query = history_query(read_page(call.query));
    const auto impi = call.query.text("impi");
    if (!impi)
        call.query.flaw("impi",
                        "is missing; of a binding or a source ask /v1/bindings/{id}/history");
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    query.impi = *impi;
    const auto page = store.entries(query);
    return page ? answer(*page) : respond(page.error(), call.request);
}

} // namespace

void add_history_routes(Router& router, const Guard& guard, const store::Store& store) {
    router.add({"GET", "/v1/bindings/{id}/history", {"limit", "cursor"}},
               [&](Call& call) { return of_one(guard, store, call); });
    router.add({"GET", "/v1/bindings/history", {"impi", "limit", "cursor"}},
               [&store](Call& call) { return of_subscriber(store, call); });
}

} // namespace gmguard::admin
