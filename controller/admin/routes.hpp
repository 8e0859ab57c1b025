// SPDX-License-Identifier: BSD-2-Clause
// The routes, by what they are about. What each takes and gives is written down in openapi.json.
#pragma once

#include "admin/event_log.hpp"
#include "admin/guard.hpp"
#include "admin/router.hpp"
#include "store/store.hpp"

namespace gmguard::admin {

// The arguments must outlive the router.
void add_status_routes(Router& router, const Guard& guard, const EventLog& log,
                       const store::Store& store);
void add_interface_routes(Router& router, Guard& guard);
void add_mode_routes(Router& router, Guard& guard);
void add_config_routes(Router& router, Guard& guard);
void add_binding_routes(Router& router, Guard& guard);
void add_conflict_routes(Router& router, Guard& guard);
void add_lease_route(Router& router, Guard& guard);
void add_sa_routes(Router& router, const Guard& guard);
void add_transfer_routes(Router& router, Guard& guard);
void add_history_routes(Router& router, const Guard& guard, const store::Store& store);
void add_audit_route(Router& router, const store::Store& store);
void add_event_routes(Router& router, EventLog& log, const store::Store& store);
void add_explain_route(Router& router, Guard& guard);

} // namespace gmguard::admin
