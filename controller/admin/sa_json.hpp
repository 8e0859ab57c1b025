// SPDX-License-Identifier: BSD-2-Clause
// The JSON of a security association; its schema is in openapi.json.
#pragma once

#include "admin/sa.hpp"

#include <boost/json/fwd.hpp>

namespace gmguard::admin {

[[nodiscard]] boost::json::object to_json(const Sa& sa);

} // namespace gmguard::admin
