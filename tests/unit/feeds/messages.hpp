// SPDX-License-Identifier: BSD-2-Clause
// Messages and records as the taps give them.
#pragma once

#include "base/address.hpp"
#include "kernel/rings.hpp"

#include <string>

namespace gmguard::feeds {

inline const std::string kRegister = "REGISTER sip:ims.test SIP/2.0\r\n"
                                     "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1\r\n"
                                     "From: <sip:001@ims.test>;tag=1\r\n"
                                     "To: <sip:001@ims.test>\r\n"
                                     "Call-ID: 1@192.0.2.7\r\n"
                                     "CSeq: 1 REGISTER\r\n"
                                     "Contact: <sip:001@192.0.2.7:5060>\r\n"
                                     "Content-Length: 0\r\n\r\n";

inline const std::string kAnswer = "SIP/2.0 200 OK\r\n"
                                   "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1\r\n"
                                   "From: <sip:001@ims.test>;tag=1\r\n"
                                   "To: <sip:001@ims.test>;tag=2\r\n"
                                   "Call-ID: 1@192.0.2.7\r\n"
                                   "CSeq: 1 REGISTER\r\n"
                                   "Content-Length: 0\r\n\r\n";

inline const std::string kInvite = "INVITE sip:002@ims.test SIP/2.0\r\n"
                                   "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK2\r\n"
                                   "From: <sip:001@ims.test>;tag=1\r\n"
                                   "To: <sip:002@ims.test>\r\n"
                                   "Call-ID: 2@192.0.2.7\r\n"
                                   "CSeq: 1 INVITE\r\n"
                                   "Content-Length: 0\r\n\r\n";

inline kernel::Record record(kernel::Ring ring, gm_hook hook, std::string_view message) {
    kernel::Record record{ring, {}, message};
    record.head.schema = GM_SCHEMA;
    record.head.hook = hook;
    record.head.time_ns = 1000;
    record.head.source = Address::parse("192.0.2.7")->value();
    record.head.inner = record.head.source;
    record.head.source_port = 5060;
    record.head.destination = Address::parse("192.0.2.1")->value();
    record.head.destination_port = 5060;
    record.head.protocol = GM_UDP;
    record.head.listener = 1;
    record.head.ifindex = 3;
    record.head.length = static_cast<__u32>(message.size());
    record.head.full_length = record.head.length;
    return record;
}

} // namespace gmguard::feeds
