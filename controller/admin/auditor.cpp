// SPDX-License-Identifier: BSD-2-Clause
#include "admin/auditor.hpp"

namespace gmguard::admin {
namespace {

Request get_request(std::string_view path) {
    Request request;
    request.method = "GET";
    request.target = path;
    return request;
}

// What it is about: "/v1/mode" of POST "/v1/mode:confirm?x=1".
std::string_view thing_of(std::string_view method, std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    return method == "POST" ? path.substr(0, path.rfind(':')) : path;
}

bool is_change(const Operation* operation) {
    return operation && operation->method != "GET" && !operation->only_asks;
}

Error nothing_changed(Error error) {
    error.what += "; nothing was changed, as it could not be recorded";
    return error;
}

} // namespace

Router::Routed Auditor::handle(const Request& request) const {
    const Operation* operation = router_.operation_of(request);
    if (!is_change(operation))
        return serve_(request);
    store::Change change;
    change.time = std::chrono::system_clock::now();
    change.caller = request.caller;
    change.method = request.method;
    change.target = request.target;
    change.request = request.id;
    change.before = state_of(thing_of(request.method, request.target));
    const auto id = store_.begin(change);
    if (!id)
        return {respond(nothing_changed(id.error()), request), operation->pattern};
    Router::Routed routed = serve_(request);
    store_.settle(*id, routed.response.status, state_of(thing_of(request.method, request.target)));
    return routed;
}

void Auditor::settle_old() const {
    for (const store::Change& change : store_.unsettled())
        store_.settle(change.id, 0, state_of(thing_of(change.method, change.target)));
}

// A list is no thing: that is what takes parameters.
std::string Auditor::state_of(std::string_view path) const {
    const Request request = get_request(path);
    const Operation* operation = router_.operation_of(request);
    if (!operation || !operation->parameters.empty())
        return "";
    const Response response = serve_(request).response;
    return response.status == 200 && response.body.size() <= kStateBytes ? response.body : "";
}

} // namespace gmguard::admin
