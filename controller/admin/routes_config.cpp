// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_read.hpp"
#include "admin/json_write.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view kToml = "application/toml";

json::value value_of(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::parse(text);
}

json::object to_json(const Configuration& configuration) {
    json::array items;
    for (const auto& [key, value, origin] : configuration.items)
        items.push_back(
            json::object{{"key", key}, {"value", json::parse(value)}, {"origin", origin}});
    const std::string tag = etag_of(json::serialize(items));
    return {{"file", configuration.file},
            {"hash", tag.substr(1, tag.size() - 2)},
            {"loaded", rfc3339(configuration.loaded)},
            {"last_reload", json::object{{"time", rfc3339(configuration.last_reload)},
                                         {"success", configuration.last_reload_succeeded}}},
            {"items", std::move(items)}};
}

json::object to_json(const Reloaded& reloaded) {
    json::array changes;
    for (const auto& [key, before, after] : reloaded.changes)
        changes.push_back(
            json::object{{"key", key}, {"before", value_of(before)}, {"after", value_of(after)}});
    json::array overridden;
    for (const auto& key : reloaded.overridden)
        overridden.emplace_back(key);
    return {{"applied", reloaded.applied},
            {"changes", std::move(changes)},
            {"overridden", std::move(overridden)},
            {"dropped_bindings", reloaded.dropped_bindings}};
}

Response respond(const Refusal& refusal, const Request& request) {
    Problem problem{problem_kind(refusal.error.kind), refusal.error.text(), {}};
    problem.in_file = refusal.problems;
    return admin::respond(problem, request);
}

Response show(const Guard& guard, const Request& request) {
    const json::object body = to_json(guard.configuration());
    return reply_tagged(request, reply(200, body), etag_of(body));
}

Response reload(Guard& guard, const ReloadRequest& wanted, const Request& request) {
    const auto done = guard.reload(wanted);
    return done ? reply(200, to_json(*done)) : respond(done.error(), request);
}

Response reload(Guard& guard, const Request& request) {
    const auto body = read_body(request);
    if (!body)
        return admin::respond(body.error(), request);
    std::vector<Flaw> flaws;
    ObjectReader reader(*body, "", flaws);
    ReloadRequest wanted;
    wanted.drop_bindings = reader.flag("drop_bindings");
    reader.refuse_others();
    if (!flaws.empty())
        return admin::respond(invalid_body(std::move(flaws)), request);
    return reload(guard, wanted, request);
}

Response check(const Guard& guard, const Request& request) {
    const auto type = request.header("Content-Type").value_or(kToml);
    if (!equal_ignoring_case(type.substr(0, type.find(';')), kToml))
        return admin::respond(
            Problem{ProblemKind::unsupported_media_type, "the body must be application/toml", {}},
            request);
    const auto problems = guard.check(request.body);
    if (problems.empty())
        return reply(200, {{"ok", true}});
    return respond(Refusal{{ErrorKind::invalid, 0, "configuration",
                            std::to_string(problems.size()) + " problems", ""},
                           problems},
                   request);
}

} // namespace

void add_config_routes(Router& router, Guard& guard) {
    router.add({"GET", "/v1/config", {}},
               [&guard](Call& call) { return show(guard, call.request); });
    router.add({"GET", "/v1/config:diff", {}}, [&guard](Call& call) {
        return reload(guard, {.dry_run = true, .drop_bindings = false}, call.request);
    });
    router.add(
        {.method = "POST", .pattern = "/v1/config:check", .parameters = {}, .only_asks = true},
        [&guard](Call& call) { return check(guard, call.request); });
    router.add({"POST", "/v1/config:reload", {}},
               [&guard](Call& call) { return reload(guard, call.request); });
}

} // namespace gmguard::admin
