// SPDX-License-Identifier: BSD-2-Clause
// The audit trail of the admin interface. A change is recorded before it is made, and how it ended
// before it is acknowledged; without the first it is not made. What is recorded beside who and when
// is the thing itself, before and after, as GET of its path shows it.
#pragma once

#include "admin/router.hpp"
#include "store/store.hpp"

namespace gmguard::admin {

// Longer states are left out.
inline constexpr std::size_t kStateBytes = 4096;

class Auditor {
  public:
    // Answers a request by its route, and never throws.
    using Serve = std::function<Router::Routed(const Request&)>;

    // Router and store outlive it.
    Auditor(const Router& router, store::Store& store, Serve serve)
        : router_(router), store_(store), serve_(std::move(serve)) {}

    // Serves it, and if it is a change keeps record of it. 507 or 503 where that cannot be had.
    [[nodiscard]] Router::Routed handle(const Request& request) const;

    // Changes that an earlier controller began and did not live to answer: how the things are now.
    // To be called when the store has come up.
    void settle_old() const;

  private:
    [[nodiscard]] std::string state_of(std::string_view path) const;

    const Router& router_;
    store::Store& store_;
    Serve serve_;
};

} // namespace gmguard::admin
