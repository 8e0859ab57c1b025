// SPDX-License-Identifier: BSD-2-Clause
// A first configuration, from what can be seen. Nothing is asked of anybody; what is a guess says
// so.
#pragma once

#include "host.hpp"

#include "config/draft.hpp"
#include "kamailio/read.hpp"

namespace gmguard::cli {

// From the sockets that look like SIP.
[[nodiscard]] config::Draft propose(const Host& host);

// From the configuration of a Kamailio; the host tells which interface has which address.
[[nodiscard]] config::Draft propose(const kamailio::Pcscf& pcscf, const Host& host);

} // namespace gmguard::cli
