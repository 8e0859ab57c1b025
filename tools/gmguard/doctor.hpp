// SPDX-License-Identifier: BSD-2-Clause
// The findings of controller/doctor, and what the daemon says of itself.
#pragma once

#include "session.hpp"

#include "doctor/doctor.hpp"

namespace gmguard::cli {

// A configuration that is not there or wrong is a finding, and the rest is examined without it.
[[nodiscard]] doctor::Findings examine_all(Session& session, const std::string& config_file);

// {"worst": "warn", "items": [{"grade", "subject", "what", "hint"}]}
[[nodiscard]] boost::json::object json_of(const doctor::Findings& findings);

} // namespace gmguard::cli
