// SPDX-License-Identifier: BSD-2-Clause
// The SIP messages of a registration as the tests need them: right by default, wrong by one field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gmguard::test {

inline const std::string kDomain = "ims.mnc001.mcc001.3gppnetwork.org";
inline const std::string kSecurityClient =
    "ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=1001;spi-s=1002;"
    "port-c=5062;port-s=5063";

struct Register {
    std::string user = "001010000000001";
    std::string contact = "192.0.2.7:5060"; // as in the URI; empty: no Contact
    std::string call_id = "call-1";
    std::uint32_t cseq = 1;
    std::string branch = "z9hG4bK-1";
    std::string via = "192.0.2.7:5060";
    std::string expires = "600000"; // empty: no header
    std::optional<std::string> nonce = "";
    std::optional<std::string> response = "";
    std::optional<std::string> auts = {};
    bool authorization = true;
    std::string security_client = kSecurityClient;
    std::string more = {}; // whole header lines
    std::string domain = kDomain;

    [[nodiscard]] std::string identity() const { return user + "@" + domain; }

    [[nodiscard]] std::string authorization_line() const {
        if (!authorization)
            return {};
        std::string out = "Authorization: Digest username=\"" + identity() + "\",realm=\"" +
                          domain + "\",uri=\"sip:" + domain + "\"";
        if (nonce)
            out += ",nonce=\"" + *nonce + "\"";
        if (response)
            out += ",response=\"" + *response + "\"";
        if (auts)
            out += ",auts=\"" + *auts + "\"";
        return out + ",algorithm=AKAv1-MD5\r\n";
    }

    [[nodiscard]] std::string text() const {
        std::string out = "REGISTER sip:" + domain + " SIP/2.0\r\n" + "Via: SIP/2.0/UDP " + via +
                          ";branch=" + branch + ";rport\r\n" + "Max-Forwards: 70\r\n" +
                          "From: <sip:" + identity() + ">;tag=from-1\r\n" +
                          "To: <sip:" + identity() + ">\r\n" + "Call-ID: " + call_id + "\r\n" +
                          "CSeq: " + std::to_string(cseq) + " REGISTER\r\n";
        if (!contact.empty())
            out += "Contact: <sip:" + user + "@" + contact + ">\r\n";
        if (!expires.empty())
            out += "Expires: " + expires + "\r\n";
        if (!security_client.empty())
            out += "Security-Client: " + security_client + "\r\n";
        return out + authorization_line() + more + "Content-Length: 0\r\n\r\n";
    }
};

// What the P-CSCF sends back: the Via, From, Call-ID and CSeq of the request.
struct Answer {
    Register to = {};
    int status = 200;
    std::string nonce = {}; // not empty: a challenge
    std::string expires = "3600";
    std::string associated = {}; // P-Associated-URI; empty: none
    std::string more = {};

    [[nodiscard]] std::string text() const {
        std::string out =
            "SIP/2.0 " + std::to_string(status) +
            (status == 200 ? " OK\r\n" : " Unauthorized\r\n") + "Via: SIP/2.0/UDP " + to.via +
            ";branch=" + to.branch + ";rport=" + to.via.substr(to.via.rfind(':') + 1) + "\r\n" +
            "From: <sip:" + to.identity() + ">;tag=from-1\r\n" + "To: <sip:" + to.identity() +
            ">;tag=to-1\r\n" + "Call-ID: " + to.call_id + "\r\n" +
            "CSeq: " + std::to_string(to.cseq) + " REGISTER\r\n";
        if (!nonce.empty())
            out += "WWW-Authenticate: Digest realm=\"" + to.domain + "\",nonce=\"" + nonce +
                   "\",algorithm=AKAv1-MD5,qop=\"auth\"\r\n";
        if (status == 200)
            out += "Contact: <sip:" + to.user + "@" + to.contact + ">;expires=" + expires + "\r\n";
        if (!associated.empty())
            out += "P-Associated-URI: " + associated + "\r\n";
        return out + more + "Content-Length: 0\r\n\r\n";
    }
};

// Any other request.
struct Request {
    std::string method = "INVITE";
    std::string uri = "sip:bob@" + kDomain;
    std::string from = "sip:001010000000001@" + kDomain;
    std::string via = "192.0.2.7:5060";
    std::string more = {};
    std::string body = {};

    [[nodiscard]] std::string text() const {
        return method + " " + uri + " SIP/2.0\r\n" + "Via: SIP/2.0/UDP " + via +
               ";branch=z9hG4bK-r\r\n" + "Max-Forwards: 70\r\n" + "From: <" + from + ">;tag=f\r\n" +
               "To: <" + uri + ">\r\n" + "Call-ID: request-1\r\n" + "CSeq: 1 " + method + "\r\n" +
               more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
};

} // namespace gmguard::test
