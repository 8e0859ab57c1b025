// SPDX-License-Identifier: BSD-2-Clause
#include "probe/options.hpp"

#include <fmt/format.h>

namespace gmguard::probe {

std::string options_to(const Endpoint& phone, const Endpoint& pcscf, const Names& names) {
    return fmt::format("OPTIONS sip:{phone} SIP/2.0\r\n"
                       "Via: SIP/2.0/UDP {pcscf};branch={branch}\r\n"
                       "Max-Forwards: 70\r\n"
                       "From: <sip:{pcscf}>;tag={tag}\r\n"
                       "To: <sip:{phone}>\r\n"
                       "Call-ID: {call_id}\r\n"
                       "CSeq: 1 OPTIONS\r\n"
                       "User-Agent: gmguard\r\n"
                       "Content-Length: 0\r\n\r\n",
                       fmt::arg("phone", phone.text()), fmt::arg("pcscf", pcscf.text()),
                       fmt::arg("branch", names.branch), fmt::arg("tag", names.tag),
                       fmt::arg("call_id", names.call_id));
}

} // namespace gmguard::probe
