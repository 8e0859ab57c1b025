// SPDX-License-Identifier: BSD-2-Clause
// The objects of replay and explain (their public contract) for people.
#pragma once

#include "output.hpp"

#include <boost/json.hpp>

#include <vector>

namespace gmguard::cli {

[[nodiscard]] Cell verdict_cell(const std::string& verdict);
// "REGISTER initial alice@ims.test", "401 sip:alice@ims.test", "no SIP"
[[nodiscard]] std::string message_text(const boost::json::value& sip);

// `with_file`: several captures, of which one is `file`.
[[nodiscard]] LiveTable finding_table(bool with_file);
[[nodiscard]] std::vector<Cell> finding_row(const boost::json::value& finding,
                                            const std::string* file);

// One finding with all of its checks.
void show_explanation(Output& out, const boost::json::value& explanation);

} // namespace gmguard::cli
