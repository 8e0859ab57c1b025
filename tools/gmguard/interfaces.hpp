// SPDX-License-Identifier: BSD-2-Clause
// What `interfaces`, `status` and `detach` share.
#pragma once

#include "session.hpp"
#include "table.hpp"

namespace gmguard::cli {

// Of the answer of GET /v1/interfaces.
[[nodiscard]] Table interface_table(const boost::json::value& document, Time now);

[[nodiscard]] Outcome<> detach_one(Session& session, const std::string& name);

} // namespace gmguard::cli
