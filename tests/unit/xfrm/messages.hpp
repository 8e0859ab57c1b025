// SPDX-License-Identifier: BSD-2-Clause
// Netlink messages of XFRM as a kernel sends them, of linux/xfrm.h's structs.
#pragma once

#include "xfrm/sa.hpp"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::test {

using Octets = std::vector<std::byte>;

template <typename T> void append(Octets& out, const T& value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    out.insert(out.end(), bytes, bytes + sizeof value);
}

inline void pad(Octets& out) {
    out.resize(NLMSG_ALIGN(out.size()));
}

inline Octets attribute(std::uint16_t type, const Octets& payload) {
    Octets out;
    append(out, nlattr{static_cast<__u16>(NLA_HDRLEN + payload.size()), type});
    out.insert(out.end(), payload.begin(), payload.end());
    pad(out);
    return out;
}

template <typename T> Octets attribute_of(std::uint16_t type, const T& value) {
    Octets payload;
    append(payload, value);
    return attribute(type, payload);
}

inline Octets message(std::uint16_t type, const Octets& payload, std::uint16_t flags = 0) {
    Octets out;
    append(out, nlmsghdr{static_cast<__u32>(NLMSG_HDRLEN + payload.size()), type, flags, 0, 0});
    out.insert(out.end(), payload.begin(), payload.end());
    pad(out);
    return out;
}

inline Octets operator+(Octets a, const Octets& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

inline Address address(std::string_view text) {
    return *Address::parse(text);
}

inline xfrm_address_t raw_address(std::string_view text) {
    xfrm_address_t out{};
    if (::inet_pton(AF_INET, std::string(text).c_str(), &out) != 1)
        (void)::inet_pton(AF_INET6, std::string(text).c_str(), &out);
    return out;
}

// What a test says of an SA; the rest is as Kamailio installs it.
struct SaText {
    std::string source = "192.0.2.7";
    std::string destination = "192.0.2.1";
    std::uint32_t spi = 4097;
    std::uint16_t source_port = 45061;
    std::uint16_t destination_port = 6100;
    std::uint8_t protocol = IPPROTO_ESP;
    std::uint64_t bytes = 0;

    [[nodiscard]] bool is_v4() const { return source.find(':') == std::string::npos; }
    [[nodiscard]] xfrm::SaKey key() const { return {address(destination), spi, protocol, {}}; }
};

inline xfrm_usersa_info raw_sa(const SaText& text) {
    xfrm_usersa_info out{};
    out.family = text.is_v4() ? AF_INET : AF_INET6;
    out.sel.family = out.family;
    out.saddr = out.sel.saddr = raw_address(text.source);
    out.id.daddr = out.sel.daddr = raw_address(text.destination);
    out.sel.prefixlen_s = out.sel.prefixlen_d = text.is_v4() ? 32 : 128;
    out.sel.sport = htons(text.source_port);
    out.sel.dport = htons(text.destination_port);
    out.sel.sport_mask = out.sel.dport_mask = 0xffff;
    out.id.spi = htonl(text.spi);
    out.id.proto = text.protocol;
    out.lft = {XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0};
    out.curlft.bytes = text.bytes;
    out.reqid = text.spi;
    out.mode = XFRM_MODE_TRANSPORT;
    return out;
}

inline Octets algorithm(std::uint16_t type, std::string_view name, unsigned key_bits,
                        std::optional<unsigned> icv_bits = {}) {
    Octets payload;
    char padded[64]{};
    name.copy(padded, sizeof padded - 1);
    append(payload, padded);
    append(payload, key_bits);
    if (icv_bits)
        append(payload, *icv_bits);
    payload.resize(payload.size() + key_bits / 8, std::byte{0xa5}); // the key
    return attribute(type, payload);
}

inline Octets usual_algorithms() {
    return algorithm(XFRMA_ALG_AUTH_TRUNC, "hmac(sha1)", 160, 96) +
           algorithm(XFRMA_ALG_AUTH, "hmac(sha1)", 160) +
           algorithm(XFRMA_ALG_CRYPT, "cbc(aes)", 128);
}

inline Octets sa_payload(const SaText& text, const Octets& attributes) {
    Octets out;
    append(out, raw_sa(text));
    pad(out);
    return out + attributes;
}

inline Octets new_sa(const SaText& text, const Octets& attributes = usual_algorithms(),
                     std::uint16_t flags = 0) {
    return message(XFRM_MSG_NEWSA, sa_payload(text, attributes), flags);
}

inline Octets deleted_sa(const SaText& text) {
    xfrm_usersa_id id{};
    id.daddr = raw_address(text.destination);
    id.spi = htonl(text.spi);
    id.family = text.is_v4() ? AF_INET : AF_INET6;
    id.proto = text.protocol;
    Octets payload;
    append(payload, id);
    pad(payload);
    return message(XFRM_MSG_DELSA, payload + attribute_of(XFRMA_SA, raw_sa(text)));
}

inline Octets expired_sa(const SaText& text, bool hard) {
    xfrm_user_expire expire{};
    expire.state = raw_sa(text);
    expire.hard = hard ? 1 : 0;
    Octets payload;
    append(payload, expire);
    return message(XFRM_MSG_EXPIRE, payload);
}

inline Octets flushed_sas(std::uint8_t protocol) {
    Octets payload;
    append(payload, xfrm_usersa_flush{protocol});
    return message(XFRM_MSG_FLUSHSA, payload);
}

inline xfrm_userpolicy_info raw_policy(const SaText& text, std::uint32_t index, std::uint8_t dir) {
    xfrm_userpolicy_info out{};
    out.sel = raw_sa(text).sel;
    out.index = index;
    out.dir = dir;
    out.priority = 2080;
    return out;
}

inline Octets template_of(const SaText& text) {
    xfrm_user_tmpl out{};
    out.family = text.is_v4() ? AF_INET : AF_INET6;
    out.saddr = raw_address(text.source);
    out.id.daddr = raw_address(text.destination);
    out.id.proto = text.protocol;
    out.reqid = text.spi;
    out.mode = XFRM_MODE_TRANSPORT;
    return attribute_of(XFRMA_TMPL, out);
}

inline Octets new_policy(const SaText& text, std::uint32_t index, std::uint8_t dir = XFRM_POLICY_IN,
                         const Octets& more = {}) {
    Octets payload;
    append(payload, raw_policy(text, index, dir));
    pad(payload);
    return message(XFRM_MSG_NEWPOLICY, payload + template_of(text) + more);
}

inline Octets deleted_policy(const SaText& text, std::uint32_t index) {
    xfrm_userpolicy_id id{};
    id.sel = raw_sa(text).sel;
    Octets payload;
    append(payload, id);
    pad(payload);
    return message(XFRM_MSG_DELPOLICY,
                   payload + attribute_of(XFRMA_POLICY, raw_policy(text, index, XFRM_POLICY_IN)));
}

} // namespace gmguard::test
