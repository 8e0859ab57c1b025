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
#include "sip/names.hpp"

#include <string>

namespace gmguard::home {

using sip::Names;

// Error: invalid, where what the phone or the core wrote cannot stand in a header.
[[nodiscard]] Result<std::string> report_of(const binding::Failure& failure, const Endpoint& from,
                                            const Names& names);

} // namespace gmguard::home
