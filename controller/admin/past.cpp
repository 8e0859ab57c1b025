// SPDX-License-Identifier: BSD-2-Clause
#include "admin/past.hpp"

#include "admin/json_write.hpp"
#include "admin/names.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace gmguard::admin {
namespace {

store::Shown shown(const Event& event) {
    return {event.id, std::string(name(event.type)), boost::json::serialize(to_json(event))};
}

store::EntryQuery query_of(const EventFilter& filter) {
    store::EntryQuery query;
    for (const EventType type : filter.types)
        query.types.emplace_back(name(type));
    for (const gm_reason reason : filter.reasons)
        query.reasons.emplace_back(name(reason));
    query.impi = filter.impi;
    return query;
}

// From the store alone, up to the id `last`.
PastPage kept(const store::Store& store, std::uint64_t after, std::uint64_t last,
              const EventFilter& filter, std::size_t limit) {
    store::EntryQuery query = query_of(filter);
    query.after = after;
    query.before = last + 1;
    query.limit = limit;
    auto found = store.entries(query);
    PastPage page;
    page.next = after;
    if (!found)
        return page;
    page.items = std::move(found->items);
    page.more = found->more;
    page.next = page.more ? page.items.back().id : std::max(after, std::min(last, store.newest()));
    page.lost = store.lost(after, page.next);
    return page;
}

void append(PastPage& page, const EventPage& events) {
    for (const Event& event : events.events)
        page.items.push_back(shown(event));
    page.next = events.next;
    page.lost += events.lost;
    page.more = events.more;
}

} // namespace

PastPage read_past(const EventLog& log, const store::Store& store, std::uint64_t after,
                   const EventFilter& filter, std::size_t limit) {
    PastPage page;
    page.next = after;
    if (after + 1 < log.oldest())
        page = kept(store, after, log.oldest() - 1, filter, limit);
    if (!page.more)
        append(page, log.read(page.next, filter, limit - page.items.size()));
    return page;
}

PastPage tail_of_past(const EventLog& log, const store::Store& store, const EventFilter& filter,
                      std::size_t limit, std::uint64_t before) {
    PastPage page;
    const EventPage events = log.tail(filter, limit, before);
    append(page, events);
    if (events.more)
        return page;
    store::EntryQuery query = query_of(filter);
    query.before = std::min(log.oldest(), before);
    query.newest_first = true;
    query.limit = limit - page.items.size();
    if (auto older = store.entries(query)) {
        page.more = older->more;
        std::ranges::reverse(older->items);
        page.items.insert(page.items.begin(), older->items.begin(), older->items.end());
    }
    return page;
}

} // namespace gmguard::admin
