// SPDX-License-Identifier: BSD-2-Clause
// The question whether a phone is there, as bytes: an OPTIONS out of any dialog (RFC 3261 11), as
// the P-CSCF would send it from its protected socket. Whatever the phone answers is an answer.
#pragma once

#include "base/address.hpp"
#include "sip/names.hpp"

#include <string>

namespace gmguard::probe {

using sip::Names;

[[nodiscard]] std::string options_to(const Endpoint& phone, const Endpoint& pcscf,
                                     const Names& names);

} // namespace gmguard::probe
