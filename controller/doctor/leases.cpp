// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/doctor.hpp"

#include <algorithm>

namespace gmguard::doctor {
namespace {

bool is_strict_somewhere(const config::Config& config) {
    return config::default_conflict(config) == GM_CONFLICT_STRICT ||
           std::ranges::any_of(config.pools, [&](const config::Pool& pool) {
               return config::conflict_of(config, pool) == GM_CONFLICT_STRICT;
           });
}

} // namespace

Findings examine_leases(const config::Config& config, bool tells_associations) {
    if (tells_associations && !is_strict_somewhere(config))
        return {{Grade::ok, "leases", "who holds a selector is asked before another gets it", ""}};
    if (config.admin.lease_feed)
        return {{Grade::ok, "leases", "those that end are told (lease_feed)", ""}};
    return {{Grade::warn, "leases",
             "nobody tells of them: an address that goes to another subscriber stays the last "
             "one's until his registration ends, or his associations have been gone for 128 s",
             "have whoever gives out addresses run gmguard lease release, or POST /v1/leases, and "
             "set lease_feed in [admin]"}};
}

} // namespace gmguard::doctor
