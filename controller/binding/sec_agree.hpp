// SPDX-License-Identifier: BSD-2-Clause
// What sec-agree says twice: Security-Verify repeats the Security-Server of the 401,
// Security-Client of the protected REGISTER that of the first one (RFC 3329 2.3.1; TS 33.203 7.2).
// A difference means that somebody changed what came in clear, to have a weaker algorithm chosen.
//
// It is told, and changes nothing: to abort is the P-CSCF's (494), whose associations they are; one
// that goes on and answers by 200 serves that phone, which must not be cut off from it.
#pragma once

#include "binding/hashing.hpp"
#include "gmguard/abi/keys.h"
#include "sip/message.hpp"

#include <span>

namespace gmguard::binding {

// Of a list of mechanisms, whatever their order and what they leave to its default; 0: an empty
// list.
[[nodiscard]] gm_u128 agreement_key(std::span<const sip::SecurityMechanism> mechanisms,
                                    const Hasher& hasher);

} // namespace gmguard::binding
