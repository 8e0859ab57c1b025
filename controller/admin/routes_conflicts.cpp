// SPDX-License-Identifier: BSD-2-Clause
// A conflict is a user whom the core accepted on a selector that another user holds: the newcomer
// is a shadow (H16), whose id the conflict bears. It ends by itself with either registration, or is
// resolved here.
#include "admin/json_read.hpp"
#include "admin/json_write.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMaxLimit = 1000;

Result<Binding> holder_of(const Guard& guard, const Binding& newcomer) {
    return guard.holder({newcomer.prefix.address, newcomer.port});
}

// last_seen moves with every packet and is none of the conflict.
json::object without_last_seen(const Binding& binding) {
    json::object body = to_json(binding);
    body["last_seen"] = nullptr;
    return body;
}

json::object to_json(const Guard& guard, const Binding& newcomer) {
    const Result<Binding> holder = holder_of(guard, newcomer);
    json::object body{{"id", newcomer.id},
                      {"selector", newcomer.selector},
                      {"newcomer", without_last_seen(newcomer)},
                      {"holder", nullptr}};
    if (holder)
        body["holder"] = without_last_seen(*holder);
    return body;
}

Result<Binding> find(const Guard& guard, const std::string& id) {
    Result<Binding> newcomer = guard.binding(id);
    if (!newcomer)
        return newcomer;
    if (newcomer->state != GM_STATE_SHADOW)
        return fail(ErrorKind::not_found, "conflict " + id, "is none: the binding is no shadow");
    return newcomer;
}

Response list(const Guard& guard, Call& call) {
    BindingQuery wanted;
    wanted.state = GM_STATE_SHADOW;
    wanted.limit = call.query.number("limit", 1, kMaxLimit).value_or(100);
    wanted.cursor = call.query.text("cursor").value_or("");
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const Result<BindingPage> page = guard.bindings(wanted);
    if (!page)
        return respond(page.error(), call.request);
    json::array items;
    for (const Binding& newcomer : page->items)
        items.push_back(to_json(guard, newcomer));
    json::object body{
        {"items", std::move(items)}, {"next_cursor", nullptr}, {"total", page->total}};
    if (!page->next_cursor.empty())
        body["next_cursor"] = page->next_cursor;
    return reply(200, body);
}

Response show(const Guard& guard, const Call& call) {
    const Result<Binding> newcomer = find(guard, call.parameter("id"));
    if (!newcomer)
        return respond(newcomer.error(), call.request);
    const json::object body = to_json(guard, *newcomer);
    return reply_tagged(call.request, reply(200, body), etag_of(body));
}

enum class Keep : std::uint8_t { holder, newcomer };

Keep read_keep(const json::value& body, std::vector<Flaw>& flaws) {
    ObjectReader reader(body, "", flaws);
    const std::string keep = reader.text("keep").value_or("");
    if (flaws.empty() && keep != "holder" && keep != "newcomer")
        reader.flaw("keep", "must be holder or newcomer");
    reader.refuse_others();
    return keep == "newcomer" ? Keep::newcomer : Keep::holder;
}

// Who has the selector then.
Result<Binding> carry_out(Guard& guard, const Binding& newcomer, Keep keep) {
    if (keep == Keep::newcomer)
        return guard.hand_over(newcomer.id);
    Result<Binding> holder = holder_of(guard, newcomer);
    if (!holder)
        return fail(ErrorKind::conflict, "conflict " + newcomer.id,
                    "nobody holds " + newcomer.selector + " any more",
                    "keep the newcomer, or release the shadow");
    if (Result<> forgotten = guard.release(newcomer.id); !forgotten)
        return fail(std::move(forgotten.error()));
    return holder;
}

Response resolve(Guard& guard, const Call& call) {
    const Result<Binding> newcomer = find(guard, call.parameter("id"));
    if (!newcomer)
        return respond(newcomer.error(), call.request);
    const std::string tag = etag_of(to_json(guard, *newcomer));
    if (const auto problem = check_change(call.request, "the conflict", tag))
        return respond(*problem, call.request);
    const auto body = read_body(call.request);
    if (!body)
        return respond(body.error(), call.request);
    std::vector<Flaw> flaws;
    const Keep keep = read_keep(*body, flaws);
    if (!flaws.empty())
        return respond(invalid_body(std::move(flaws)), call.request);
    const Result<Binding> kept = carry_out(guard, *newcomer, keep);
    return kept ? reply(200, to_json(*kept)) : respond(kept.error(), call.request);
}

} // namespace

void add_conflict_routes(Router& router, Guard& guard) {
    router.add({"GET", "/v1/conflicts", {"limit", "cursor"}},
               [&guard](Call& call) { return list(guard, call); });
    router.add({"GET", "/v1/conflicts/{id}", {}},
               [&guard](Call& call) { return show(guard, call); });
    router.add({"POST", "/v1/conflicts/{id}:resolve", {}},
               [&guard](Call& call) { return resolve(guard, call); });
}

} // namespace gmguard::admin
