// SPDX-License-Identifier: BSD-2-Clause
// Security associations: as the kernel has them, as they were agreed on, and whose they are. They
// are only shown: to make and to end them is the P-CSCF's.
#include "admin/names.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"
#include "admin/sa_json.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMaxLimit = 1000;

std::optional<std::uint32_t> spi_of(std::string_view text) {
    const bool hex = text.starts_with("0x");
    text.remove_prefix(hex ? 2 : 0);
    std::uint32_t spi = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, spi, hex ? 16 : 10);
    return error == std::errc{} && stopped == end ? std::optional(spi) : std::nullopt;
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

// An address, an address and a port, or a prefix.
void read_selector(Query& query, SaQuery& wanted) {
    const std::optional<std::string> text = query.text("selector");
    if (!text)
        return;
    if (const auto endpoint = Endpoint::parse(*text)) {
        wanted.prefix = Prefix::parse(endpoint->address.text());
        wanted.port = endpoint->port;
        return;
    }
    wanted.prefix = Prefix::parse(*text);
    if (!wanted.prefix)
        query.flaw("selector", "must be an address, an address and port, or a prefix");
}

SaQuery read_query(Query& query) {
    SaQuery wanted;
    wanted.impi = query.text("impi").value_or("");
    read_selector(query, wanted);
    wanted.spi = read(query, "spi", spi_of, "must be a number; 0x stands before hexadecimal");
    wanted.direction = read(query, "direction", sa_direction_of, "must be in, out or other");
    wanted.state =
        read(query, "state", sa_state_of,
             "must be bound, pending, unattributed, orphan, stale, refused or unguarded");
    wanted.deviates = query.flag("deviates");
    wanted.limit = query.number("limit", 1, kMaxLimit).value_or(100);
    wanted.cursor = query.text("cursor").value_or("");
    return wanted;
}

Response list(const Guard& guard, Call& call) {
    const SaQuery wanted = read_query(call.query);
    if (!call.query.flaws().empty())
        return respond(wrong_query(call.query), call.request);
    const Result<SaPage> page = guard.sas(wanted);
    if (!page)
        return respond(page.error(), call.request);
    json::array items;
    for (const Sa& sa : page->items)
        items.push_back(to_json(sa));
    json::object body{
        {"items", std::move(items)}, {"next_cursor", nullptr}, {"total", page->total}};
    if (!page->next_cursor.empty())
        body["next_cursor"] = page->next_cursor;
    return reply(200, body);
}

Response get(const Guard& guard, const Call& call) {
    const Result<Sa> sa = guard.sa(call.parameter("id"));
    return sa ? reply(200, to_json(*sa)) : respond(sa.error(), call.request);
}

} // namespace

void add_sa_routes(Router& router, const Guard& guard) {
    router.add({"GET",
                "/v1/sas",
                {"impi", "selector", "spi", "direction", "state", "deviates", "limit", "cursor"}},
               [&guard](Call& call) { return list(guard, call); });
    router.add({"GET", "/v1/sas/{id}", {}}, [&guard](Call& call) { return get(guard, call); });
}

} // namespace gmguard::admin
