// SPDX-License-Identifier: BSD-2-Clause
// A binding is addressed by its id ("b_91c"), or by a source that it holds: an address with port,
// an address, or a prefix, as text. PUT takes a source only: the guard gives the id.
#include "admin/json_read.hpp"
#include "admin/json_write.hpp"
#include "admin/names.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"
#include "admin/sources.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMaxLimit = 1000;

Result<Binding> find(const Guard& guard, const std::string& id) {
    const std::optional<Endpoint> source = source_of(id);
    return source ? guard.holder(*source) : guard.binding(id);
}

// What a change would meet: last_seen moves with every packet and does not count.
std::string tag_of(Binding binding) {
    binding.last_seen.reset();
    return etag_of(to_json(binding));
}

std::string describe(const Binding& binding) {
    return binding.selector + " (" + std::string(name(binding.state)) + " to " + binding.impi + ")";
}

Response show(unsigned status, const Binding& binding) {
    Response response = reply(status, to_json(binding));
    response.headers.push_back({"ETag", tag_of(binding)});
    return response;
}

template <typename T>
std::optional<T> read(Query& query, const char* name, std::optional<T> (*parse)(std::string_view),
                      const char* expected) {
    const std::optional<std::string> text = query.text(name);
    if (!text)
        return std::nullopt;
    const std::optional<T> value = parse(*text);
    if (!value)
        query.flaw(name, expected);
    return value;
}

BindingQuery read_query(Query& query) {
    BindingQuery wanted;
    wanted.impi = query.text("impi").value_or("");
    wanted.impu = query.text("impu").value_or("");
    wanted.address = read(query, "addr", Address::parse, "must be an IP address");
    wanted.prefix = read(query, "prefix", Prefix::parse, "must be a prefix, as 192.0.2.0/24");
    wanted.state = read(query, "state", state_of,
                        "must be pending, bound, shadow, adopted, lapsed or cooldown");
    wanted.text = query.text("q").value_or("");
    wanted.limit = query.number("limit", 1, kMaxLimit).value_or(100);
    wanted.cursor = query.text("cursor").value_or("");
    return wanted;
}

Response list(const Guard& guard, Call& call) {
    const BindingQuery wanted = read_query(call.query);
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const Result<BindingPage> page = guard.bindings(wanted);
    if (!page)
        return respond(page.error(), call.request);
    json::array items;
    for (const Binding& binding : page->items)
        items.push_back(to_json(binding));
    json::object body{
        {"items", std::move(items)}, {"next_cursor", nullptr}, {"total", page->total}};
    if (!page->next_cursor.empty())
        body["next_cursor"] = page->next_cursor;
    return reply(200, body);
}

Response get(const Guard& guard, const Call& call) {
    const Result<Binding> found = find(guard, call.parameter("id"));
    return found ? show(200, *found) : respond(found.error(), call.request);
}

BindingRequest read_request(const json::value& body, const Endpoint& source,
                            std::vector<Flaw>& flaws) {
    ObjectReader reader(body, "", flaws);
    BindingRequest request;
    request.source = source;
    read_subscriber(reader, request);
    reader.refuse_others();
    return request;
}

std::optional<Problem> check_put(const Request& request, const Result<Binding>& there) {
    if (there)
        return check_change(request, describe(*there), tag_of(*there));
    if (there.error().kind == ErrorKind::not_found)
        return check_creation(request);
    return Problem{problem_kind(there.error().kind), there.error().text(), {}};
}

Response put_at(Guard& guard, const Request& request, const Endpoint& source) {
    const Result<Binding> there = guard.holder(source);
    if (const auto problem = check_put(request, there))
        return respond(*problem, request);
    const auto body = read_body(request);
    if (!body)
        return respond(body.error(), request);
    std::vector<Flaw> flaws;
    const BindingRequest wanted = read_request(*body, source, flaws);
    if (!flaws.empty())
        return respond(invalid_body(std::move(flaws)), request);
    const Result<Binding> made = guard.put_binding(wanted);
    if (!made)
        return respond(made.error(), request);
    Response response = show(there ? 200 : 201, *made);
    response.headers.push_back({"Location", "/v1/bindings/" + made->id});
    return response;
}

Response put(Guard& guard, const Call& call) {
    const std::optional<Endpoint> source = source_of(call.parameter("id"));
    if (!source)
        return respond(Problem{ProblemKind::invalid,
                               "PUT takes the source as id, as in /v1/bindings/192.0.2.7:5060",
                               {}},
                       call.request);
    return put_at(guard, call.request, *source);
}

Response remove(Guard& guard, const Call& call) {
    const Result<Binding> there = find(guard, call.parameter("id"));
    if (!there)
        return respond(there.error(), call.request);
    if (const auto problem = check_change(call.request, describe(*there), tag_of(*there)))
        return respond(*problem, call.request);
    if (const Result<> released = guard.release(there->id); !released)
        return respond(released.error(), call.request);
    return reply_empty();
}

} // namespace

void add_binding_routes(Router& router, Guard& guard) {
    const std::string one = "/v1/bindings/{id}";
    router.add({"GET",
                "/v1/bindings",
                {"impi", "impu", "addr", "prefix", "state", "q", "limit", "cursor"}},
               [&guard](Call& call) { return list(guard, call); });
    router.add({"GET", one, {}}, [&guard](Call& call) { return get(guard, call); });
    router.add({"PUT", one, {}}, [&guard](Call& call) { return put(guard, call); });
    router.add({"DELETE", one, {}}, [&guard](Call& call) { return remove(guard, call); });
}

} // namespace gmguard::admin
