// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_read.hpp"
#include "admin/json_write.hpp"
#include "admin/names.hpp"
#include "admin/reply.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

std::optional<Interface> find(const Guard& guard, const std::string& name) {
    for (Interface& interface : guard.interfaces())
        if (interface.name == name)
            return std::move(interface);
    return std::nullopt;
}

Problem unknown(const std::string& name) {
    return {ProblemKind::not_found, "interface " + name + " is not guarded", {}};
}

Response list(const Guard& guard) {
    json::array items;
    for (const Interface& interface : guard.interfaces())
        items.push_back(to_json(interface));
    return reply(200, {{"items", std::move(items)}});
}

Response get(const Guard& guard, const Call& call) {
    const std::optional<Interface> found = find(guard, call.parameter("name"));
    if (!found)
        return respond(unknown(call.parameter("name")), call.request);
    const json::object body = to_json(*found);
    return reply_tagged(call.request, reply(200, body), etag_of(body));
}

// As the kernel has it: 1 to 15 bytes, no '/', no ':', no white space.
bool is_interface_name(std::string_view name) {
    const auto forbidden = [](char c) {
        return c == '/' || c == ':' || static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
    };
    return !name.empty() && name.size() <= 15 && name != "." && name != ".." &&
           std::ranges::none_of(name, forbidden);
}

template <typename T>
void read_name(ObjectReader& reader, const char* member,
               std::optional<T> (*value_of)(std::string_view), const char* names, T& into) {
    if (!reader.has(member))
        return;
    const std::optional<std::string> text = reader.text(member);
    if (!text)
        return;
    if (const std::optional<T> value = value_of(*text))
        into = *value;
    else
        reader.flaw(member, names);
}

AttachRequest read_request(const json::value& body, const std::string& name,
                           std::vector<Flaw>& flaws) {
    AttachRequest request;
    request.name = name;
    ObjectReader reader(body, "", flaws);
    if (reader.has("netns"))
        request.netns = reader.text("netns").value_or("");
    read_name(reader, "side", side_of, "must be gm or core", request.side);
    read_name(reader, "xdp_mode", xdp_mode_of, "must be native or generic", request.xdp_mode);
    reader.refuse_others();
    return request;
}

std::optional<Problem> check_put(const Request& request, const std::string& name,
                                 const std::optional<Interface>& there) {
    if (!is_interface_name(name))
        return Problem{ProblemKind::invalid, "\"" + name + "\" is no name of an interface", {}};
    return there ? check_change(request, "interface " + name, etag_of(to_json(*there)))
                 : check_creation(request);
}

Response put(Guard& guard, const Call& call) {
    const std::string& name = call.parameter("name");
    const std::optional<Interface> there = find(guard, name);
    if (const auto problem = check_put(call.request, name, there))
        return respond(*problem, call.request);
    const auto body = read_body(call.request);
    if (!body)
        return respond(body.error(), call.request);
    std::vector<Flaw> flaws;
    const AttachRequest request = read_request(*body, name, flaws);
    if (!flaws.empty())
        return respond(invalid_body(std::move(flaws)), call.request);
    const Result<Interface> attached = guard.attach(request);
    if (!attached)
        return respond(attached.error(), call.request);
    const json::object shown = to_json(*attached);
    Response response = reply(there ? 200 : 201, shown);
    response.headers.push_back({"ETag", etag_of(shown)});
    return response;
}

// So many at once, and one a second: what ends the judging is not done over and over by a script
// that went wild.
class Allowance {
  public:
    [[nodiscard]] bool take() {
        const auto now = Clock::now();
        const auto since = std::chrono::duration<double>(now - last_).count();
        left_ = std::min(left_ + since, kAtOnce);
        last_ = now;
        if (left_ < 1)
            return false;
        left_ -= 1;
        return true;
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr double kAtOnce = 32;
    double left_ = kAtOnce;
    Clock::time_point last_ = Clock::now();
};

// The tag is the confirmation: of this very interface, as the caller has seen it. "*" is of none.
std::optional<Problem> check_detach(const Request& request, const Interface& there) {
    const std::string tag = etag_of(to_json(there));
    if (request.header("If-Match") == "*")
        return Problem{ProblemKind::precondition_required,
                       "detaching ends the judging: If-Match has to name the tag that GET gives",
                       {}};
    return check_change(request, "interface " + there.name, tag);
}

Response remove(Guard& guard, const Call& call, Allowance& allowance) {
    const std::string& name = call.parameter("name");
    const std::optional<Interface> there = find(guard, name);
    if (!there)
        return respond(unknown(name), call.request);
    if (const auto problem = check_detach(call.request, *there))
        return respond(*problem, call.request);
    if (!allowance.take()) {
        Response response = respond(
            Problem{ProblemKind::too_many_requests, "too many interfaces detached at once", {}},
            call.request);
        response.headers.push_back({"Retry-After", "1"});
        return response;
    }
    if (const Result<> detached = guard.detach(name); !detached)
        return respond(detached.error(), call.request);
    return reply_empty();
}

} // namespace

void add_interface_routes(Router& router, Guard& guard) {
    const std::string one = "/v1/interfaces/{name}";
    router.add({"GET", "/v1/interfaces", {}}, [&guard](Call&) { return list(guard); });
    router.add({"GET", one, {}}, [&guard](Call& call) { return get(guard, call); });
    router.add({"PUT", one, {}}, [&guard](Call& call) { return put(guard, call); });
    router.add({"DELETE", one, {}}, [&guard, allowance = Allowance()](Call& call) mutable {
        return remove(guard, call, allowance);
    });
}

} // namespace gmguard::admin
