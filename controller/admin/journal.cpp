// SPDX-License-Identifier: BSD-2-Clause
#include "admin/journal.hpp"

#include "admin/json_write.hpp"
#include "admin/names.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

// Of the source, or of the selector where that is all there is.
std::string address_of(const Event& event) {
    if (event.source)
        return event.source->address.text();
    const std::string selector = event.bound_to ? event.bound_to->selector : "";
    if (const auto endpoint = Endpoint::parse(selector))
        return endpoint->address.text();
    const auto prefix = Prefix::parse(selector);
    return prefix ? prefix->address.text() : "";
}

} // namespace

store::Kind kind_of(EventType type) {
    switch (type) {
    case EventType::drop:
    case EventType::would_drop:
    case EventType::contested:
    case EventType::challenged:
    case EventType::auth_timeout:
    case EventType::reported:
    case EventType::forged_answer:
    case EventType::not_believed:
    case EventType::lost:
        return store::Kind::chatter;
    case EventType::bound:
    case EventType::refreshed:
    case EventType::moved:
    case EventType::released:
    case EventType::expired:
    case EventType::lapsed:
    case EventType::conflict:
    case EventType::shadowed:
    case EventType::superseded:
    case EventType::address_conflict:
    case EventType::sec_agree_mismatch:
    case EventType::port_reused:
    case EventType::adopted:
        return store::Kind::life;
    default:
        return store::Kind::operation;
    }
}

store::Entry entry_of(const Event& event) {
    store::Entry entry;
    entry.id = event.id;
    entry.time = event.time;
    entry.kind = kind_of(event.type);
    entry.type = name(event.type);
    entry.reason = event.reason ? std::string(name(*event.reason)) : "";
    entry.impi = event.sip ? event.sip->impi : "";
    if (event.bound_to) {
        entry.holder = event.bound_to->impi;
        entry.binding = event.bound_to->binding;
        entry.selector = event.bound_to->selector;
    }
    entry.address = address_of(event);
    entry.text = boost::json::serialize(to_json(event));
    return entry;
}

void Journal::flush() {
    if (store_.problem())
        return;
    const EventPage page = log_.read(written_, {}, kEntriesAtOnce);
    std::vector<store::Entry> entries;
    std::uint64_t lost = page.lost;
    std::size_t chatter = 0;
    for (const Event& event : page.events) {
        if (kind_of(event.type) == store::Kind::chatter && ++chatter > kChatterAtOnce)
            ++lost;
        else
            entries.push_back(entry_of(event));
    }
    if (store_.write(entries, lost))
        written_ = page.next;
}

} // namespace gmguard::admin
