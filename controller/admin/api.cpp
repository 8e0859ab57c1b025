// SPDX-License-Identifier: BSD-2-Clause
#include "admin/api.hpp"

#include "admin/routes.hpp"

#include <exception>

namespace gmguard::admin {

Api::Api(Guard& guard, EventLog& log, store::Store& store)
    : auditor_(router_, store, [this](const Request& request) { return route(request); }) {
    add_status_routes(router_, guard, log, store);
    add_interface_routes(router_, guard);
    add_mode_routes(router_, guard);
    add_config_routes(router_, guard);
    add_binding_routes(router_, guard);
    add_conflict_routes(router_, guard);
    add_lease_route(router_, guard);
    add_sa_routes(router_, guard);
    add_transfer_routes(router_, guard);
    add_history_routes(router_, guard, store);
    add_audit_route(router_, store);
    add_event_routes(router_, log, store);
    add_explain_route(router_, guard);
    router_.add({"GET", "/metrics", {}}, [this, &guard, &log, &store](Call&) {
        Response response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        response.body = metrics_text(guard, log, store, requests_, refusals_);
        return response;
    });
}

Router::Routed Api::route(const Request& request) const {
    try {
        return router_.handle(request);
    } catch (const std::exception& failure) {
        return {respond(Problem{ProblemKind::internal, failure.what(), {}}, request), ""};
    }
}

Response Api::handle(const Request& request) {
    Router::Routed routed = auditor_.handle(request);
    ++requests_[{routed.pattern, routed.response.status}];
    routed.response.headers.push_back({"Cache-Control", "no-store"});
    routed.response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    return std::move(routed.response);
}

} // namespace gmguard::admin
