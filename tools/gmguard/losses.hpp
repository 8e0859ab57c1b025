// SPDX-License-Identifier: BSD-2-Clause
// The `losses` of the API for people (struct gm_losses).
#pragma once

#include <boost/json.hpp>

#include <string>

namespace gmguard::cli {

// "12 bound, 1 shadow" of an object of counters, without those that are 0; "" where all are.
[[nodiscard]] std::string counts_text(const boost::json::value& counts);

// What did not reach the controller: "5 events"; "" where all did.
[[nodiscard]] std::string losses_text(const boost::json::value& losses);
// The alarm for keys that left the host; "" where none did.
[[nodiscard]] std::string leak_text(const boost::json::value& losses);

} // namespace gmguard::cli
