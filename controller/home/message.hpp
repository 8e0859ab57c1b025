// SPDX-License-Identifier: BSD-2-Clause
// The report of clause D.2.2, as bytes: a REGISTER that says, in the name of the user who was
// challenged and never answered, that the authentication failed. The form is that of a network
// authentication failure (TS 24.229 5.1.1.5.3): the nonce of that challenge comes back with an
// empty response and no auts.
//
// It can be told from a phone's by its Call-ID, its Via and its User-Agent, which are gmguard's. It
// has no Contact: a registrar that took it for authenticated would bind, and remove, nothing.
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"
#include "binding/operations.hpp"

#include <string>

namespace gmguard::home {

// Names that nobody can guess, new for each report.
struct Names {
    std::string branch;  // with the magic cookie of RFC 3261 8.1.1.7
    std::string call_id; // without a host
    std::string tag;
};

// Error: invalid, where what the phone or the core wrote cannot stand in a header.
[[nodiscard]] Result<std::string> report_of(const binding::Failure& failure, const Endpoint& from,
                                            const Names& names);

} // namespace gmguard::home
