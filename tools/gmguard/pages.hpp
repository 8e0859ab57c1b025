// SPDX-License-Identifier: BSD-2-Clause
// Lists that the API gives page by page.
#pragma once

#include "session.hpp"

namespace gmguard::cli {

// As many pages as it takes for `limit` items (0: all), as one document: the last page with the
// items of all.
[[nodiscard]] Outcome<boost::json::value> all_pages(Session& session, const std::string& path,
                                                    const Parameters& parameters,
                                                    std::uint64_t limit);

} // namespace gmguard::cli
