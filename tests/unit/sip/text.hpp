// SPDX-License-Identifier: BSD-2-Clause
// Messages as text, with the lines of a test among those that every message has.
#pragma once

#include <string>

namespace gmguard::sip {

inline std::string crlf(const std::string& lines) {
    std::string out;
    for (const char c : lines)
        out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
}

// `lines` end in "\n" each.
inline std::string a_register(const std::string& lines = "") {
    return crlf("REGISTER sip:ims.test SIP/2.0\n"
                "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKa;rport\n"
                "From: <sip:alice@ims.test>;tag=f1\n"
                "To: <sip:alice@ims.test>\n"
                "Call-ID: c1@192.0.2.7\n"
                "CSeq: 7 REGISTER\n" +
                lines + "\n");
}

inline std::string an_answer(const std::string& status, const std::string& lines = "") {
    return crlf("SIP/2.0 " + status +
                "\n"
                "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKown\n"
                "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKa;rport=5062;received=192.0.2.7\n"
                "From: <sip:alice@ims.test>;tag=f1\n"
                "To: <sip:alice@ims.test>;tag=t1\n"
                "Call-ID: c1@192.0.2.7\n"
                "CSeq: 7 REGISTER\n" +
                lines + "\n");
}

} // namespace gmguard::sip
