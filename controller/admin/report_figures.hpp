// SPDX-License-Identifier: BSD-2-Clause
// What became of reports so far: those to the home network (D.2.2), and those to the webhook.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace gmguard::admin {

struct WebhookCounts {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;   // attempts
    std::uint64_t refused = 0;  // by an answer that would be the same again
    std::uint64_t given_up = 0; // too many waited
    std::size_t waiting = 0;
    std::string problem; // why the last attempt failed; empty: it did not
};

struct ReportFigures {
    std::map<std::string, std::uint64_t> home; // by result: "answered", "no_answer", "not_sent"
    std::optional<WebhookCounts> webhook;      // none: not configured
};

} // namespace gmguard::admin
