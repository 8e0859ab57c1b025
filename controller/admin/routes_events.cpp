// SPDX-License-Identifier: BSD-2-Clause
#include "admin/event_stream.hpp"
#include "admin/json_write.hpp"
#include "admin/names.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMaxLimit = 1000;

template <typename T>
std::vector<T> read_names(Query& query, const char* name,
                          std::optional<T> (*value_of)(std::string_view)) {
    std::vector<T> values;
    for (const std::string& text : query.list(name)) {
        if (const std::optional<T> value = value_of(text))
            values.push_back(*value);
        else
            query.flaw(name, "\"" + text + "\" is unknown");
    }
    return values;
}

EventFilter read_filter(Query& query) {
    EventFilter filter;
    filter.types = read_names(query, "type", event_type_of);
    filter.reasons = read_names(query, "reason", reason_of);
    filter.impi = query.text("impi").value_or("");
    return filter;
}

Response list(const EventLog& log, const store::Store& store, Call& call) {
    const EventFilter filter = read_filter(call.query);
    const std::optional<std::uint64_t> after = call.query.number("after", 0, kAnyId);
    const std::optional<std::uint64_t> before = call.query.number("before", 1, kAnyId);
    if (after && before)
        call.query.flaw("before", "does not go with after");
    const std::uint64_t limit = call.query.number("limit", 1, kMaxLimit).value_or(100);
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const PastPage page = after ? read_past(log, store, *after, filter, limit)
                                : tail_of_past(log, store, filter, limit, before.value_or(kAnyId));
    return reply(200, {{"items", to_json(page.items)},
                       {"next_after", page.next},
                       {"lost", page.lost},
                       {"more", page.more}});
}

// Header before query, as a browser that resumes repeats the query it began with.
std::uint64_t start_of(const EventLog& log, Call& call) {
    const std::optional<std::uint64_t> after = call.query.number("after", 0, kAnyId);
    const std::string_view resumed = call.request.header("Last-Event-ID").value_or("");
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(resumed.begin(), resumed.end(), id);
    if (!resumed.empty() && error == std::errc{} && end == resumed.end())
        return id;
    return after.value_or(log.newest());
}

Response stream(EventLog& log, const store::Store& store, Call& call) {
    EventFilter filter = read_filter(call.query);
    const std::uint64_t after = start_of(log, call);
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const bool lines = call.request.header("Accept").value_or("").find("application/x-ndjson") !=
                       std::string_view::npos;
    Response response;
    response.content_type = lines ? "application/x-ndjson" : "text/event-stream";
    response.headers.push_back({"X-Accel-Buffering", "no"});
    response.stream =
        std::make_unique<EventStream>(log, store, std::move(filter), after,
                                      lines ? StreamFormat::json_lines : StreamFormat::server_sent);
    return response;
}

} // namespace

void add_event_routes(Router& router, EventLog& log, const store::Store& store) {
    router.add({"GET", "/v1/events", {"after", "before", "type", "reason", "impi", "limit"}},
               [&](Call& call) { return list(log, store, call); });
    router.add({"GET", "/v1/events/stream", {"after", "type", "reason", "impi"}},
               [&](Call& call) { return stream(log, store, call); });
}

} // namespace gmguard::admin
