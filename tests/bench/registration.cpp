// SPDX-License-Identifier: BSD-2-Clause
#include "bench/registration.hpp"

#include <fmt/format.h>

namespace gmguard::bench {
namespace {

Bytes datagram(const std::string& from, const std::string& to, std::uint16_t port,
               const std::string& text) {
    using namespace test;
    return test::bytes(Ethernet{} / Ipv6{.source = from, .destination = to} /
                       Udp{.source = kClear, .destination = port} / text);
}

// The n-th phone's messages; `round` 0 asks, 1 answers the challenge.
class Writer {
  public:
    explicit Writer(std::uint32_t n)
        : phone_(phone(n)), impu_("sip:" + phone_.user + "@" + kDomain),
          nonce_(fmt::format("kQ3dJ5nqRr6t7Yv8w9x0{:08x}", n)) {}

    [[nodiscard]] std::string to_core(int round) const {
        return request(round, pcscf_via(round) + phone_via(round));
    }
    [[nodiscard]] std::string of_phone(int round) const { return request(round, phone_via(round)); }
    [[nodiscard]] std::string of_core(int round) const {
        return answer(round, pcscf_via(round) + phone_via(round));
    }
    [[nodiscard]] std::string of_pcscf(int round) const { return answer(round, phone_via(round)); }

  private:
    [[nodiscard]] std::string at() const {
        return fmt::format("{}:{}", host(phone_), phone_.at.port);
    }
    [[nodiscard]] std::string phone_via(int round) const {
        return fmt::format("Via: SIP/2.0/UDP {};branch=z9hG4bKu{}{};rport\r\n", at(), phone_.user,
                           round);
    }
    [[nodiscard]] std::string pcscf_via(int round) const {
        return fmt::format("Via: SIP/2.0/UDP [{}];branch=z9hG4bKp{}{}\r\n", kPcscf, phone_.user,
                           round);
    }
    [[nodiscard]] std::string common(int round, const char* to_tag) const {
        return fmt::format("From: <{0}>;tag=5f0a\r\nTo: <{0}>{1}\r\nCall-ID: c{2}\r\n"
                           "CSeq: {3} REGISTER\r\n",
                           impu_, to_tag, phone_.user, round + 1);
    }
    [[nodiscard]] std::string request(int round, const std::string& vias) const {
        return fmt::format(
            "REGISTER sip:{0} SIP/2.0\r\n{1}Max-Forwards: 70\r\n{2}"
            "Contact: <sip:3f6a01b2@{3}>;+sip.instance=\"<urn:gsma:imei:35693803-564380-0>\"\r\n"
            "Expires: 600000\r\nRequire: sec-agree\r\nProxy-Require: sec-agree\r\n"
            "Supported: path, gruu, sec-agree\r\n"
            "Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;"
            "spi-c=91731022;spi-s=91731023;port-c=5060;port-s=5060\r\n"
            "Authorization: Digest username=\"{4}@{0}\",realm=\"{0}\",uri=\"sip:{0}\","
            "nonce=\"{5}\",response=\"{6}\",algorithm=AKAv1-MD5\r\n"
            "User-Agent: phone of the bench\r\nContent-Length: 0\r\n\r\n",
            kDomain, vias, common(round, ""), at(), phone_.user, round ? nonce_ : "",
            round ? "6629fae49393a05397450978507c4ef1" : "");
    }
    [[nodiscard]] std::string answer(int round, const std::string& vias) const {
        const auto headers =
            round ? fmt::format("P-Associated-URI: <{0}>, <sip:+1555{1}@{2}>, <tel:+1555{1}>\r\n"
                                "Contact: <sip:3f6a01b2@{3}>;expires=600000\r\n",
                                impu_, phone_.user, kDomain, at())
                  : fmt::format("WWW-Authenticate: Digest realm=\"{}\",nonce=\"{}\","
                                "algorithm=AKAv1-MD5,qop=\"auth\"\r\n",
                                kDomain, nonce_);
        return fmt::format("SIP/2.0 {}\r\n{}{}{}Content-Length: 0\r\n\r\n",
                           round ? "200 OK" : "401 Unauthorized", vias, common(round, ";tag=2b"),
                           headers);
    }

    Phone phone_;
    std::string impu_;
    std::string nonce_;
};

} // namespace

Registration registration(std::uint32_t n) {
    const Writer write(n);
    const auto at = phone(n).at.address.text();
    return {
        .clear = datagram(at, kPcscf, kClear, write.of_phone(0)),
        .onward = {datagram(kPcscf, kCore, kClear, write.to_core(0)),
                   datagram(kPcscf, kCore, kClear, write.to_core(1))},
        .from_core = {datagram(kCore, kPcscf, kClear, write.of_core(0)),
                      datagram(kCore, kPcscf, kClear, write.of_core(1))},
        .to_phone = {datagram(kPcscf, at, kClear, write.of_pcscf(0)),
                     datagram(kPcscf, at, kClear, write.of_pcscf(1))},
        .inner = datagram(at, kPcscf, kProtected, write.of_phone(1)),
    };
}

} // namespace gmguard::bench
