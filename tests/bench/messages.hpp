// SPDX-License-Identifier: BSD-2-Clause
// The messages that are timed, like those of phones in the field, of the sizes that design and
// kernel notes speak of.
#pragma once

#include "base/address.hpp"

#include <string>

namespace gmguard::bench {

inline constexpr const char* kDomain = "ims.mnc001.mcc001.3gppnetwork.org";

struct Phone {
    Endpoint at;
    std::string user; // "001010000000017"
};

inline std::string host(const Phone& phone) {
    const auto text = phone.at.address.text();
    return phone.at.address.is_v4() ? text : "[" + text + "]";
}

// An initial REGISTER as a phone with two mechanisms sends it, padded to `size` bytes.
// clang-format off: a header a line
inline std::string initial_register(const Phone& phone, std::size_t size = 1164) {
    const std::string domain = kDomain, at = host(phone) + ":" + std::to_string(phone.at.port);
    const std::string impu = "sip:" + phone.user + "@" + domain;
    std::string text = "REGISTER sip:" + domain + " SIP/2.0\r\n" +
        "Via: SIP/2.0/UDP " + at + ";branch=z9hG4bKsm1a77;rport\r\n" +
        "Max-Forwards: 70\r\n" +
        "From: <" + impu + ">;tag=5f0a\r\n" +
        "To: <" + impu + ">\r\n" +
        "Call-ID: r9Qx0-17@" + host(phone) + "\r\n" +
        "CSeq: 1 REGISTER\r\n" +
        "Contact: <sip:3f6a01b2@" + at + ">;+sip.instance=\"<urn:gsma:imei:35693803-564380-0>\";audio\r\n" +
        "Expires: 600000\r\n" +
        "Require: sec-agree\r\nProxy-Require: sec-agree\r\nSupported: path, gruu, sec-agree\r\n" +
        "Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;"
        "spi-c=91731022;spi-s=91731023;port-c=32801;port-s=32800\r\n" +
        "Authorization: Digest username=\"" + phone.user + "@" + domain + "\",realm=\"" + domain +
        "\",uri=\"sip:" + domain + "\",nonce=\"\",response=\"\"\r\n";
    const std::string rest = "Content-Length: 0\r\n\r\n";
    const std::string agent = "User-Agent: ";
    const std::size_t taken = text.size() + agent.size() + 2 + rest.size();
    return text + agent + std::string(size > taken ? size - taken : 1, 'x') + "\r\n" + rest;
}

// The same with all that a REGISTER may have, 8,192 bytes: Contacts, mechanisms, headers of a vendor.
inline std::string longest_register(const Phone& phone) {
    const auto at = host(phone) + ":" + std::to_string(phone.at.port);
    std::string text = initial_register(phone);
    const auto insert = [&](const std::string& before, const std::string& more) {
        text.insert(text.find(before), more);
    };
    std::string contacts, mechanisms;
    for (int i = 0; i < 7; ++i)
        contacts += "<sip:" + std::to_string(i) + "@" + at + ">,";
    for (int i = 0; i < 11; ++i)
        mechanisms += "ipsec-3gpp;alg=hmac-md5-96;ealg=null;prot=esp;mod=trans;"
                      "spi-c=91731022;spi-s=91731023;port-c=32801;port-s=32800,";
    insert("<sip:3f6a01b2", contacts);
    insert("ipsec-3gpp", mechanisms);
    while (text.size() + 70 < 8192)
        insert("User-Agent", "X-Vendor-Of-Phone: " + std::string(40, 'x') + "\r\n");
    insert("\r\nContent-Length: 0", std::string(8192 - text.size(), 'x'));
    return text;
}

// A request of a registered phone with a body, `size` bytes in all.
inline std::string request(const Phone& phone, const std::string& method, std::size_t size) {
    const std::string domain = kDomain, at = host(phone) + ":" + std::to_string(phone.at.port);
    const std::string impu = "sip:" + phone.user + "@" + domain;
    std::string head = method + " sip:+15550100@" + domain + ";user=phone SIP/2.0\r\n" +
        "Via: SIP/2.0/UDP " + at + ";branch=z9hG4bKnashds8;rport\r\n" +
        "Max-Forwards: 70\r\n" +
        "Route: <sip:pcscf." + domain + ":6100;lr>, <sip:orig@scscf." + domain + ":6060;lr>\r\n" +
        "P-Preferred-Identity: <" + impu + ">\r\n" +
        "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100019B1A01\r\n" +
        "From: <" + impu + ">;tag=171828\r\nTo: <sip:+15550100@" + domain + ";user=phone>\r\n" +
        "Call-ID: cb03a0s09a2sdfglkj490333\r\nCSeq: 127 " + method + "\r\n" +
        "Contact: <" + impu + ";transport=udp>\r\n" +
        "Supported: 100rel, precondition, path\r\n" +
        "Allow: INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, MESSAGE\r\n" +
        "Content-Type: application/sdp\r\nContent-Length: ";
    const std::size_t body = size > head.size() + 7 ? size - head.size() - 7 : 0;
    return head + std::to_string(body) + "\r\n\r\n" + std::string(body, 'v');
}

// The 200 of a phone that is called: From is the caller's.
inline std::string response(const Phone& phone) {
    const std::string domain = kDomain, at = host(phone) + ":" + std::to_string(phone.at.port);
    const std::string impu = "sip:" + phone.user + "@" + domain;
    return "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP [" + std::string("2001:db8::5060:1") + "]:6100;branch=z9hG4bK77ef4c\r\n" +
        "From: <sip:+15550100@" + domain + ";user=phone>;tag=171828\r\nTo: <" + impu + ">;tag=314159\r\n" +
        "Call-ID: cb03a0s09a2sdfglkj490333\r\nCSeq: 127 INVITE\r\nP-Preferred-Identity: <" + impu + ">\r\n" +
        "Contact: <sip:3f6a01b2@" + at + ">\r\nContent-Length: 0\r\n\r\n";
}

// The 401 that a phone gets.
inline std::string challenge(const Phone& phone) {
    const std::string domain = kDomain, impu = "sip:" + phone.user + "@" + domain;
    return "SIP/2.0 401 Unauthorized\r\n"
        "Via: SIP/2.0/UDP " + host(phone) + ":" + std::to_string(phone.at.port) + ";branch=z9hG4bKsm1a77;rport\r\n" +
        "From: <" + impu + ">;tag=5f0a\r\nTo: <" + impu + ">;tag=2b\r\nCall-ID: r9Qx0-17\r\nCSeq: 1 REGISTER\r\n"
        "WWW-Authenticate: Digest realm=\"" + domain + "\",nonce=\"kQ3dJ5nqRr6t7Yv8w9x0yQ==\",algorithm=AKAv1-MD5\r\n"
        "Security-Server: ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=98765432;spi-s=8765432;port-c=8642;port-s=6100\r\n"
        "Content-Length: 0\r\n\r\n";
}
// clang-format on

} // namespace gmguard::bench
