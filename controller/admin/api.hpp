// SPDX-License-Identifier: BSD-2-Clause
// The admin interface without its transport: requests in, responses out.
#pragma once

#include "admin/auditor.hpp"
#include "admin/metrics.hpp"
#include "admin/router.hpp"

namespace gmguard::admin {

class Api {
  public:
    // All must outlive it, and every stream it has given out.
    Api(Guard& guard, EventLog& log, store::Store& store);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    // Never throws: what a handler throws becomes a 500.
    [[nodiscard]] Response handle(const Request& request);

    // Of those who do not come as far as handle().
    [[nodiscard]] Refusals& refusals() { return refusals_; }
    // To be called when the store has come up: see Auditor.
    void settle_old() const { auditor_.settle_old(); }

    [[nodiscard]] std::vector<Operation> operations() const { return router_.operations(); }

  private:
    [[nodiscard]] Router::Routed route(const Request& request) const;

    Router router_;
    Auditor auditor_;
    RequestCounts requests_;
    Refusals refusals_;
};

} // namespace gmguard::admin
