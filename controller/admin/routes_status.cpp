// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_write.hpp"
#include "admin/names.hpp"
#include "admin/openapi.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr gm_binding_state kStates[] = {GM_STATE_PENDING, GM_STATE_BOUND,  GM_STATE_SHADOW,
                                        GM_STATE_ADOPTED, GM_STATE_LAPSED, GM_STATE_COOLDOWN};

json::object bindings_by_state(const Figures& figures) {
    json::object counts;
    for (const gm_binding_state state : kStates) {
        const auto found = figures.bindings.find(state);
        counts[name(state)] = found == figures.bindings.end() ? 0 : found->second;
    }
    return counts;
}

json::array fill_of(const std::vector<MapFill>& maps) {
    json::array list;
    for (const MapFill& map : maps)
        list.push_back(
            json::object{{"map", map.map}, {"entries", map.entries}, {"capacity", map.capacity}});
    return list;
}

// What the guard does goes on without the store; what it is asked to change does not.
std::string complaint(const Error& problem) {
    return "the store: " + problem.text() + " (changes are refused, events are kept in memory)";
}

json::object store_state(const store::Store& store) {
    const store::Size size = store.size();
    json::object state{{"path", nullptr},         {"up", !store.problem()},
                       {"problem", nullptr},      {"bytes", size.bytes},
                       {"events", size.events},   {"changes", size.changes},
                       {"events_lost", size.lost}};
    if (!store.path().empty())
        state["path"] = store.path();
    if (store.problem())
        state["problem"] = store.problem()->text();
    return state;
}

json::object readiness(const Guard& guard, const store::Store& store) {
    std::vector<std::string> reasons = guard.not_ready();
    if (store.problem())
        reasons.push_back(complaint(*store.problem()));
    return {{"ready", reasons.empty()}, {"reasons", json::value_from(reasons)}};
}

Response status(const Guard& guard, const EventLog& log, const store::Store& store) {
    const Figures figures = guard.figures();
    json::object body = to_json(guard.status(), std::chrono::system_clock::now());
    body["readiness"] = readiness(guard, store);
    const Modes modes = guard.modes();
    body["default_mode"] = name(modes.default_mode);
    body["mode_falls_back"] =
        modes.falls_back ? json::value(rfc3339(*modes.falls_back)) : json::value(nullptr);
    json::array interfaces;
    for (const Interface& interface : guard.interfaces())
        interfaces.push_back(json::value(interface.name));
    body["interfaces"] = std::move(interfaces);
    body["bindings"] = bindings_by_state(figures);
    body["maps"] = fill_of(figures.maps);
    body["events"] = json::object{{"newest", log.newest()}, {"total", log.total()}};
    body["losses"] = to_json(guard.losses());
    body["store"] = store_state(store);
    return reply(200, body);
}

void add_drops_of(const HookCounts& counts, bool nonzero, json::array& items) {
    for (unsigned i = GM_REASON_none + 1; i < GM_REASON_COUNT; ++i) {
        const std::uint64_t dropped = array_of(counts.packets)[i];
        const std::uint64_t would_drop = array_of(counts.would_drop)[i];
        if (nonzero && dropped == 0 && would_drop == 0)
            continue;
        json::object item{{"listener", nullptr}};
        if (!counts.listener.empty())
            item["listener"] = counts.listener;
        item["hook"] = name(counts.hook);
        item["reason"] = name(static_cast<gm_reason>(i));
        item["dropped"] = dropped;
        item["would_drop"] = would_drop;
        items.push_back(std::move(item));
    }
}

Response drops(const Guard& guard, Call& call) {
    const bool nonzero = call.query.flag("nonzero").value_or(false);
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    json::array items;
    for (const HookCounts& counts : guard.counters())
        add_drops_of(counts, nonzero, items);
    return reply(200, {{"items", std::move(items)}, {"losses", to_json(guard.losses())}});
}

Response ready(const Guard& guard, const store::Store& store) {
    const json::object body = readiness(guard, store);
    return reply(body.at("ready").as_bool() ? 200 : 503, body);
}

Response openapi(const Request& request) {
    static const std::string etag = etag_of(openapi_json());
    Response response;
    response.content_type = "application/json";
    response.body = openapi_json();
    return reply_tagged(request, std::move(response), etag);
}

} // namespace

void add_status_routes(Router& router, const Guard& guard, const EventLog& log,
                       const store::Store& store) {
    router.add({"GET", "/v1/status", {}}, [&](Call&) { return status(guard, log, store); });
    router.add({"GET", "/v1/drops", {"nonzero"}},
               [&guard](Call& call) { return drops(guard, call); });
    router.add({"GET", "/v1/openapi.json", {}}, [](Call& call) { return openapi(call.request); });
    router.add({"GET", "/healthz", {}}, [](Call&) { return reply(200, {{"status", "ok"}}); });
    router.add({"GET", "/readyz", {}}, [&](Call&) { return ready(guard, store); });
}

} // namespace gmguard::admin
