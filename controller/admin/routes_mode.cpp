// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_read.hpp"
#include "admin/json_write.hpp"
#include "admin/names.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLongestWait = 86'400; // a day
constexpr const char* kModeNames = "must be off, monitor or enforce";
constexpr const char* kOwnModeNames =
    "must be off, monitor, enforce, or null to follow the default";

std::optional<gm_mode> mode_in(const json::value& value) {
    return value.is_string() ? mode_of(value.get_string()) : std::nullopt;
}

std::optional<gm_mode> read_default(ObjectReader& reader) {
    const json::value* value = reader.any("default");
    if (!value)
        return std::nullopt;
    const std::optional<gm_mode> mode = mode_in(*value);
    if (!mode)
        reader.flaw("default", kModeNames);
    return mode;
}

// The outer nullopt: not there, or wrong. The inner: null.
std::optional<std::optional<gm_mode>> read_own_mode(ObjectReader& reader, std::string_view member) {
    const json::value* value = reader.any(member);
    if (!value)
        return std::nullopt;
    const std::optional<gm_mode> mode = mode_in(*value);
    if (!mode && !value->is_null()) {
        reader.flaw(member, kOwnModeNames);
        return std::nullopt;
    }
    return std::optional(mode);
}

auto read_checks(ObjectReader& reader, std::vector<Flaw>& flaws) {
    std::map<gm_check, std::optional<gm_mode>> checks;
    const json::value* value = reader.any("checks");
    if (!value)
        return checks;
    ObjectReader members(*value, "/checks", flaws);
    for (const std::string& member : members.members()) {
        const std::optional<gm_check> check = check_of(member);
        if (!check)
            members.flaw(member, "is not a check");
        else if (const auto mode = read_own_mode(members, member))
            checks[*check] = *mode;
    }
    return checks;
}

ModeChange read_change(const json::value& body, std::vector<Flaw>& flaws) {
    ModeChange change;
    ObjectReader reader(body, "", flaws);
    if (reader.has("listener"))
        change.listener = reader.text("listener").value_or("");
    change.default_mode = read_default(reader);
    change.mode = read_own_mode(reader, "mode");
    change.checks = read_checks(reader, flaws);
    change.accept_adopted = reader.flag("accept_adopted");
    if (reader.has("confirm_within_s"))
        change.confirm_within_s = static_cast<std::uint32_t>(
            reader.number("confirm_within_s", 1, kLongestWait).value_or(0));
    if (reader.has("default") && reader.has("listener"))
        reader.flaw("default", "is not a listener's: say mode");
    if (reader.has("mode") && !reader.has("listener"))
        reader.flaw("mode", "is a listener's: name the listener, or say default");
    reader.refuse_others();
    return change;
}

Response show(const Guard& guard, const Request& request) {
    const json::object body = to_json(guard.modes());
    return reply_tagged(request, reply(200, body), etag_of(body));
}

Response reply_changed(const Guard& guard) {
    const json::object shown = to_json(guard.modes());
    Response response = reply(200, shown);
    response.headers.push_back({"ETag", etag_of(shown)});
    return response;
}

Response patch(Guard& guard, const Request& request) {
    if (const auto problem = check_change(request, "the mode", etag_of(to_json(guard.modes()))))
        return respond(*problem, request);
    const auto body = read_body(request);
    if (!body)
        return respond(body.error(), request);
    std::vector<Flaw> flaws;
    const ModeChange change = read_change(*body, flaws);
    if (!flaws.empty())
        return respond(invalid_body(std::move(flaws)), request);
    if (const Result<> done = guard.set_modes(change); !done)
        return respond(done.error(), request);
    return reply_changed(guard);
}

Response confirm(Guard& guard, const Request& request) {
    if (const Result<> done = guard.confirm_modes(); !done)
        return respond(done.error(), request);
    return reply_changed(guard);
}

} // namespace

void add_mode_routes(Router& router, Guard& guard) {
    router.add({"GET", "/v1/mode", {}}, [&guard](Call& call) { return show(guard, call.request); });
    router.add({"PATCH", "/v1/mode", {}},
               [&guard](Call& call) { return patch(guard, call.request); });
    router.add({"POST", "/v1/mode:confirm", {}},
               [&guard](Call& call) { return confirm(guard, call.request); });
}

} // namespace gmguard::admin
