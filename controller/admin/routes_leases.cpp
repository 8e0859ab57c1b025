// SPDX-License-Identifier: BSD-2-Clause
// What whoever gives out addresses tells (a DHCP server, SMF, PGW or AAA): that the lease of an
// address, or of a prefix, is over. What is bound to it ends at once, for the next to have it is
// another subscriber.
#include "admin/json_read.hpp"
#include "admin/json_write.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

#include <optional>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

// Whose lease is over.
Prefix read_addresses(const json::value& body, std::vector<Flaw>& flaws) {
    ObjectReader reader(body, "", flaws);
    std::optional<Prefix> addresses;
    if (const auto text = reader.text("addresses")) {
        addresses = Prefix::parse(*text);
        if (!addresses)
            reader.flaw("addresses", "must be an address or a prefix, as 192.0.2.7");
    }
    if (const auto state = reader.text("state"); state && *state != "released")
        reader.flaw("state", "must be released");
    reader.refuse_others();
    return addresses.value_or(Prefix{});
}

json::object to_json(const Released& released) {
    return {{"id", released.id}, {"selector", released.selector}, {"impi", released.impi}};
}

// Nobody's lease is none the less over: a feed tells of all.
Response end(Guard& guard, const Call& call) {
    const auto body = read_body(call.request);
    if (!body)
        return respond(body.error(), call.request);
    std::vector<Flaw> flaws;
    const Prefix addresses = read_addresses(*body, flaws);
    if (!flaws.empty())
        return respond(invalid_body(std::move(flaws)), call.request);
    const auto ended = guard.end_lease(addresses);
    if (!ended)
        return respond(ended.error(), call.request);
    json::array released;
    for (const Released& each : *ended)
        released.push_back(to_json(each));
    return reply(200,
                 json::object{{"addresses", addresses.text()}, {"released", std::move(released)}});
}

} // namespace

void add_lease_route(Router& router, Guard& guard) {
    router.add({"POST", "/v1/leases", {}}, [&guard](Call& call) { return end(guard, call); });
}

} // namespace gmguard::admin
