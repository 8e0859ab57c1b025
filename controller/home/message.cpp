// SPDX-License-Identifier: BSD-2-Clause
#include "home/message.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::home {
namespace {

constexpr const char* kDefaultAlgorithm = "AKAv1-MD5"; // RFC 3310

// What stands between quotes or angle brackets as it is.
bool is_plain(std::string_view text) {
    const auto bad = [](char c) {
        return c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>';
    };
    return !text.empty() && std::ranges::none_of(text, bad);
}

// A token of RFC 3261 25.1: the algorithm has no quotes.
bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "-.!%*_+`'~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

} // namespace

Result<std::string> report_of(const binding::Failure& failure, const Endpoint& from,
                              const Names& names) {
    const auto& algorithm = failure.algorithm.empty() ? kDefaultAlgorithm : failure.algorithm;
    const auto& realm = failure.realm.empty() ? failure.domain : failure.realm;
    for (const auto& text : {failure.impi, failure.impu, failure.domain, realm, failure.nonce})
        if (!is_plain(text))
            return fail(ErrorKind::invalid, "report", "cannot stand in a REGISTER: " + text);
    if (!is_token(algorithm))
        return fail(ErrorKind::invalid, "report", "is no algorithm: " + algorithm);
    const auto host = from.address.is_v4() ? from.address.text() : "[" + from.address.text() + "]";
    return fmt::format("REGISTER sip:{domain} SIP/2.0\r\n"
                       "Via: SIP/2.0/UDP {from};branch={branch};rport\r\n"
                       "Max-Forwards: 70\r\n"
                       "From: <{impu}>;tag={tag}\r\n"
                       "To: <{impu}>\r\n"
                       "Call-ID: {call_id}@{host}\r\n"
                       "CSeq: 1 REGISTER\r\n"
                       "Authorization: Digest username=\"{impi}\",realm=\"{realm}\","
                       "nonce=\"{nonce}\",uri=\"sip:{domain}\",response=\"\","
                       "algorithm={algorithm}\r\n"
                       "User-Agent: gmguard\r\n"
                       "Content-Length: 0\r\n\r\n",
                       fmt::arg("domain", failure.domain), fmt::arg("from", from.text()),
                       fmt::arg("branch", names.branch), fmt::arg("impu", failure.impu),
                       fmt::arg("tag", names.tag), fmt::arg("call_id", names.call_id),
                       fmt::arg("host", host), fmt::arg("impi", failure.impi),
                       fmt::arg("realm", realm), fmt::arg("nonce", failure.nonce),
                       fmt::arg("algorithm", algorithm));
}

} // namespace gmguard::home
