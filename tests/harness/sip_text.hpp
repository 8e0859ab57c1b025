// SPDX-License-Identifier: BSD-2-Clause
// SIP messages for tests: right by default, wrong by what a test sets, adds or removes.
//
//   Phone{}.registers().set("Contact", "<sip:192.0.2.9>").text()
#pragma once

#include "base/address.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gmguard::test {

inline const std::string kHome = "ims.test";

class SipText {
  public:
    explicit SipText(std::string start) : start_(std::move(start)) {}

    // The first header of that name in its place, or a new one at the end.
    SipText& set(std::string_view name, std::string value) {
        const auto at = find(name);
        if (at == headers_.end())
            return add(name, std::move(value));
        at->second = std::move(value);
        return *this;
    }
    SipText& add(std::string_view name, std::string value) {
        headers_.emplace_back(name, std::move(value));
        return *this;
    }
    // Every header of that name.
    SipText& remove(std::string_view name) {
        std::erase_if(headers_, [name](const auto& header) { return same(header.first, name); });
        return *this;
    }
    SipText& start(std::string line) {
        start_ = std::move(line);
        return *this;
    }
    // Content-Length stays as it is.
    SipText& body(std::string body) {
        body_ = std::move(body);
        return *this;
    }
    // A header X-Pad, so that the text has this size, where that is possible.
    SipText& pad(std::size_t size) {
        remove("X-Pad");
        const std::size_t now = text().size() + std::string_view("X-Pad: \r\n").size();
        return size > now ? add("X-Pad", std::string(size - now, 'x')) : *this;
    }

    [[nodiscard]] std::string value(std::string_view name) {
        const auto at = find(name);
        return at == headers_.end() ? std::string{} : at->second;
    }
    [[nodiscard]] std::string text() const {
        std::string out = start_ + "\r\n";
        for (const auto& [name, value] : headers_)
            out += name + ": " + value + "\r\n";
        return out + "\r\n" + body_;
    }

  private:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    static bool same(std::string_view a, std::string_view b) {
        return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
            return std::tolower(x) == std::tolower(y);
        });
    }
    Headers::iterator find(std::string_view name) {
        return std::ranges::find_if(
            headers_, [name](const auto& header) { return same(header.first, name); });
    }

    std::string start_;
    Headers headers_;
    std::string body_;
};

struct Credentials {
    std::string nonce = {}, response = {}, auts = {}; // auts: empty, not there
};

struct Phone {
    std::string address = "192.0.2.7";
    std::uint16_t port = 5060;
    std::string user = "001010000000001";
    std::string domain = kHome;

    [[nodiscard]] std::string impi() const { return user + "@" + domain; }
    [[nodiscard]] std::string impu() const { return "sip:" + impi(); }
    // As in a URI: IPv6 in brackets.
    [[nodiscard]] std::string host() const {
        return address.find(':') == std::string::npos ? address : "[" + address + "]";
    }
    [[nodiscard]] std::string place() const { return host() + ":" + std::to_string(port); }
    [[nodiscard]] bool is_v4() const { return address.find(':') == std::string::npos; }

    [[nodiscard]] std::string digest(const Credentials& c = {}) const {
        return "Digest username=\"" + impi() + "\",realm=\"" + domain + "\",uri=\"sip:" + domain +
               "\",nonce=\"" + c.nonce + "\",response=\"" + c.response + "\"" +
               (c.auts.empty() ? "" : ",auts=\"" + c.auts + "\"") + ",algorithm=AKAv1-MD5";
    }
    // What every request of the phone begins with.
    [[nodiscard]] SipText request(const std::string& method, const std::string& uri) const {
        SipText out(method + " " + uri + " SIP/2.0");
        out.add("Via", "SIP/2.0/UDP " + place() + ";branch=z9hG4bK-1;rport")
            .add("Max-Forwards", "70")
            .add("From", "<" + impu() + ">;tag=from-1")
            .add("To", "<" + impu() + ">")
            .add("Call-ID", "call-1@" + host())
            .add("CSeq", "1 " + method);
        return out;
    }
    // The initial REGISTER, or with these credentials another one.
    [[nodiscard]] SipText registers(const Credentials& c = {}) const {
        auto out = request("REGISTER", "sip:" + domain);
        out.add("Contact", "<sip:" + user + "@" + place() + ">;expires=600000")
            .add("Expires", "600000")
            .add("Require", "sec-agree")
            .add("Security-Client", "ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=trans;"
                                    "spi-c=1001;spi-s=1002;port-c=" +
                                        std::to_string(port) + ";port-s=" + std::to_string(port))
            .add("Authorization", digest(c))
            .add("Content-Length", "0");
        return out;
    }
    // A request that stands alone or opens a dialog.
    [[nodiscard]] SipText asks(const std::string& method = "MESSAGE") const {
        auto out = request(method, "sip:somebody@" + domain);
        out.set("To", "<sip:somebody@" + domain + ">")
            .add("P-Preferred-Identity", "<" + impu() + ">")
            .add("Content-Length", "0");
        return out;
    }
    // An answer to a request of this phone: the P-CSCF's to a REGISTER, or a peer's.
    [[nodiscard]] SipText answered(const std::string& status, const std::string& method) const {
        SipText out("SIP/2.0 " + status);
        out.add("Via", "SIP/2.0/UDP " + place() + ";branch=z9hG4bK-1;rport")
            .add("From", "<" + impu() + ">;tag=from-1")
            .add("To", "<" + impu() + ">;tag=to-1")
            .add("Call-ID", "call-1@" + host())
            .add("CSeq", "1 " + method)
            .add("Content-Length", "0");
        return out;
    }
};

} // namespace gmguard::test
