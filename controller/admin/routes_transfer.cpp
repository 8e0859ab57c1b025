// SPDX-License-Identifier: BSD-2-Clause
// Many bindings at once: out of one guard, or a P-CSCF's own list, into another (H14). What export
// gives, import takes.
#include "admin/json_read.hpp"
#include "admin/json_write.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"
#include "admin/sources.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <limits>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMaxLimit = 1000;
constexpr std::size_t kMaxItems = 10'000;

std::string source_text(const Binding& binding) {
    return binding.port != 0 ? Endpoint{binding.prefix.address, binding.port}.text()
                             : binding.prefix.address.text();
}

std::uint64_t seconds_left(const Binding& binding, Time now) {
    constexpr auto most = std::uint64_t{std::numeric_limits<std::uint32_t>::max()};
    if (!binding.expires)
        return most;
    const auto left = std::chrono::ceil<std::chrono::seconds>(*binding.expires - now).count();
    return std::clamp<std::uint64_t>(left < 1 ? 1 : static_cast<std::uint64_t>(left), 1, most);
}

// Null where an identity is known by its hash alone: it would be lost.
json::value to_item(const Binding& binding, Time now) {
    if (binding.impus.empty() || std::ranges::count(binding.impus, "") != 0)
        return nullptr;
    return json::object{{"source", source_text(binding)},
                        {"impi", binding.impi},
                        {"impus", json::array(binding.impus.begin(), binding.impus.end())},
                        {"expires_s", seconds_left(binding, now)}};
}

Response out(const Guard& guard, Call& call) {
    BindingQuery wanted;
    wanted.state = GM_STATE_BOUND;
    wanted.limit = call.query.number("limit", 1, kMaxLimit).value_or(kMaxLimit);
    wanted.cursor = call.query.text("cursor").value_or("");
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const Result<BindingPage> page = guard.bindings(wanted);
    if (!page)
        return respond(page.error(), call.request);
    json::array items;
    const Time now = std::chrono::system_clock::now();
    for (const Binding& binding : page->items)
        if (json::value item = to_item(binding, now); !item.is_null())
            items.push_back(std::move(item));
    const auto left_out = page->items.size() - items.size();
    json::object body{
        {"items", std::move(items)}, {"left_out", left_out}, {"next_cursor", nullptr}};
    if (!page->next_cursor.empty())
        body["next_cursor"] = page->next_cursor;
    return reply(200, body);
}

BindingRequest read_item(const json::value& value, std::size_t place, std::vector<Flaw>& flaws) {
    ObjectReader reader(value, "/items/" + std::to_string(place), flaws);
    BindingRequest request;
    const std::string source = reader.text("source").value_or("");
    const std::optional<Endpoint> read = source_of(source);
    if (!source.empty() && !read)
        reader.flaw("source", "must be ADDR:PORT, an address or a prefix");
    request.source = read.value_or(Endpoint{});
    read_subscriber(reader, request);
    reader.refuse_others();
    return request;
}

std::vector<BindingRequest> read_items(const json::value& body, std::vector<Flaw>& flaws) {
    ObjectReader reader(body, "", flaws);
    std::vector<BindingRequest> requests;
    const json::value* items = reader.any("items");
    const json::array* list = items ? items->if_array() : nullptr;
    if (!list || list->empty() || list->size() > kMaxItems)
        reader.flaw("items", "must be an array of 1 to " + std::to_string(kMaxItems) + " objects");
    else
        for (std::size_t i = 0; i < list->size(); ++i)
            requests.push_back(read_item((*list)[i], i, flaws));
    reader.refuse_others();
    return requests;
}

// A source of somebody else, or a full map, keeps one out, not those beside it.
Response in(Guard& guard, const Call& call) {
    const auto body = read_body(call.request);
    if (!body)
        return respond(body.error(), call.request);
    std::vector<Flaw> flaws;
    const std::vector<BindingRequest> requests = read_items(*body, flaws);
    if (!flaws.empty())
        return respond(invalid_body(std::move(flaws)), call.request);
    std::size_t bound = 0;
    json::array refused;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (const Result<Binding> made = guard.put_binding(requests[i]); made)
            ++bound;
        else
            refused.push_back(json::object{{"item", i}, {"detail", made.error().text()}});
    }
    return reply(200, {{"bound", bound}, {"refused", std::move(refused)}});
}

} // namespace

void add_transfer_routes(Router& router, Guard& guard) {
    router.add({"GET", "/v1/bindings:export", {"limit", "cursor"}},
               [&guard](Call& call) { return out(guard, call); });
    router.add({"POST", "/v1/bindings:import", {}},
               [&guard](Call& call) { return in(guard, call); });
}

} // namespace gmguard::admin
