// SPDX-License-Identifier: BSD-2-Clause
#include "admin/gate.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace gmguard::admin {
namespace {

using enum ProblemKind;

constexpr std::size_t kQuoted = 64; // bytes of what a stranger says that are told again

bool is_read(const Request& request) {
    return request.method == "GET" || request.method == "HEAD";
}

// "192.0.2.1" of "192.0.2.1:8480", "2001:db8::1" of "[2001:db8::1]:8480". The port does not count:
// what is forwarded comes by another one.
std::string_view host_in(std::string_view field) {
    if (field.starts_with('['))
        return field.substr(1, field.find(']') - 1);
    return field.substr(0, field.find(':'));
}

std::optional<std::string_view> bearer_of(const Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const auto field = request.header("Authorization");
    if (!field || !equal_ignoring_case(field->substr(0, scheme.size()), scheme))
        return std::nullopt;
    return field->substr(scheme.size());
}

bool is_in(const std::vector<std::string>& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

} // namespace

std::optional<Response> Gate::admit(Request& request, const Peer& peer, Clock::time_point now) {
    if (const auto verdict = judge(request, peer))
        return refuse(*verdict, request, peer, now);
    return std::nullopt;
}

std::optional<Gate::Verdict> Gate::judge(Request& request, const Peer& peer) {
    if (auto verdict = check_host(request, peer))
        return verdict;
    if (auto verdict = check_origin(request))
        return verdict;
    if (auto verdict = identify(request, peer))
        return verdict;
    if (request.role == Role::viewer && !is_read(request))
        return Verdict{
            Refused::role,
            {forbidden, request.caller + " is a viewer, and may GET and HEAD alone", {}}};
    return std::nullopt;
}

std::optional<Gate::Verdict> Gate::check_host(const Request& request, const Peer& peer) const {
    if (access_.scheme.empty())
        return std::nullopt;
    const std::string_view field = request.header("Host").value_or("");
    const std::string_view host = host_in(field);
    if (const auto address = Address::parse(host); address && address == peer.local)
        return std::nullopt;
    const auto same = [host](const std::string& name) { return equal_ignoring_case(name, host); };
    if (std::ranges::any_of(access_.names, same))
        return std::nullopt;
    return Verdict{Refused::host,
                   {forbidden,
                    "Host \"" + printable(field, kQuoted) +
                        "\" is no name of this interface (admin.names lists those it has)",
                    {}}};
}

std::optional<Gate::Verdict> Gate::check_origin(const Request& request) const {
    const auto origin = request.header("Origin");
    if (!origin)
        return std::nullopt;
    const std::string own =
        access_.scheme + "://" + std::string(request.header("Host").value_or(""));
    if (!access_.scheme.empty() && equal_ignoring_case(*origin, own))
        return std::nullopt;
    return Verdict{Refused::origin,
                   {forbidden,
                    "a page of origin \"" + printable(*origin, kQuoted) + "\" may not ask here",
                    {}}};
}

std::optional<Gate::Verdict> Gate::identify(Request& request, const Peer& peer) {
    if (access_.scheme.empty()) {
        request.caller = peer.name;
        request.role = Role::admin;
        return std::nullopt;
    }
    if (const auto token = bearer_of(request))
        return take_token(request, *token);
    if (take_certificate(request, peer))
        return std::nullopt;
    if (!peer.certificate.empty())
        return Verdict{Refused::role,
                       {forbidden,
                        "certificate " + peer.certificate +
                            " is neither among admin.client_admins nor admin.client_viewers",
                        {}}};
    return Verdict{Refused::credentials,
                   {unauthorized,
                    access_.tokens ? "who asks? send Authorization: Bearer TOKEN"
                                   : "who asks? show a client certificate",
                    {}}};
}

bool Gate::take_certificate(Request& request, const Peer& peer) const {
    if (peer.certificate.empty())
        return false;
    const bool admin = is_in(access_.admins, peer.certificate);
    if (!admin && !access_.viewers.empty() && !is_in(access_.viewers, peer.certificate))
        return false;
    request.caller = "certificate " + peer.certificate;
    request.role = admin ? Role::admin : Role::viewer;
    return true;
}

std::optional<Gate::Verdict> Gate::take_token(Request& request, std::string_view token) {
    std::string complaint;
    const auto entry = access_.tokens ? access_.tokens->find(token, complaint) : std::nullopt;
    if (!complaint.empty())
        refusals_.complain(complaint);
    if (!entry)
        return Verdict{Refused::credentials, {unauthorized, "this token is not known here", {}}};
    if (entry->expires && *entry->expires <= std::chrono::system_clock::now())
        return Verdict{Refused::expired,
                       {unauthorized,
                        "the token of " + entry->name +
                            " has expired: make another one with `gmguard token new`",
                        {}}};
    request.caller = "token " + entry->name;
    request.role = entry->role;
    return std::nullopt;
}

Response Gate::refuse(const Verdict& verdict, const Request& request, const Peer& peer,
                      Clock::time_point now) {
    auto [why, problem] = verdict;
    std::chrono::seconds wait{0};
    if (problem.kind == unauthorized && peer.address) {
        wait = backoff_.wait(*peer.address, now);
        backoff_.fail(*peer.address, now);
    }
    if (wait.count() > 0) {
        why = Refused::backoff;
        problem.kind = too_many_requests;
    }
    refusals_.note(why, peer.name, problem.detail, now);
    Response response = respond(problem, request);
    if (problem.kind == unauthorized)
        response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"gmguard\""});
    if (wait.count() > 0)
        response.headers.push_back({"Retry-After", std::to_string(wait.count())});
    return response;
}

} // namespace gmguard::admin
