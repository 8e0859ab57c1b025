// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/change.hpp"

#include "xfrm/attributes.hpp"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include <algorithm>
#include <string_view>

namespace gmguard::xfrm {
namespace {

constexpr unsigned kV4Bits = 32, kBits = 128;
constexpr std::uint8_t kAnyOfIpsec = 255; // IPSEC_PROTO_ANY of the kernel

Address address_of(const xfrm_address_t& address, std::uint16_t family) {
    if (family != AF_INET && family != AF_INET6)
        return {};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&address);
    return Address::from_bytes(std::span(bytes, family == AF_INET ? 4 : 16));
}

Prefix prefix_of(const xfrm_address_t& address, unsigned length, std::uint16_t family) {
    if (family != AF_INET && family != AF_INET6)
        return {};
    const unsigned bits =
        family == AF_INET ? kBits - kV4Bits + std::min(length, kV4Bits) : std::min(length, kBits);
    return {address_of(address, family).masked(bits), bits};
}

Selector selector_of(const xfrm_selector& from) {
    return {prefix_of(from.saddr, from.prefixlen_s, from.family),
            prefix_of(from.daddr, from.prefixlen_d, from.family),
            {ntohs(from.sport), ntohs(from.sport_mask)},
            {ntohs(from.dport), ntohs(from.dport_mask)},
            from.proto};
}

Protocol protocol_of(std::uint8_t number) {
    switch (number) {
    case IPPROTO_ESP:
        return Protocol::esp;
    case IPPROTO_AH:
        return Protocol::ah;
    default:
        return Protocol::other;
    }
}

Mode mode_of(std::uint8_t number) {
    switch (number) {
    case XFRM_MODE_TRANSPORT:
        return Mode::transport;
    case XFRM_MODE_TUNNEL:
        return Mode::tunnel;
    default:
        return Mode::other;
    }
}

Limit soft_of(const xfrm_lifetime_cfg& from) {
    return {from.soft_add_expires_seconds, from.soft_use_expires_seconds, from.soft_byte_limit,
            from.soft_packet_limit};
}

Limit hard_of(const xfrm_lifetime_cfg& from) {
    return {from.hard_add_expires_seconds, from.hard_use_expires_seconds, from.hard_byte_limit,
            from.hard_packet_limit};
}

Usage usage_of(const xfrm_lifetime_cur& from) {
    return {from.bytes, from.packets, from.add_time, from.use_time};
}

template <std::size_t N> std::string text_of(const char (&name)[N]) {
    return {name, ::strnlen(name, N)};
}

// What xfrm_algo, xfrm_algo_auth and xfrm_algo_aead begin with; the key that follows is left alone.
struct AlgorithmHead {
    char name[sizeof(xfrm_algo::alg_name)];
    std::uint32_t key_bits;
};
struct CutAlgorithmHead {
    AlgorithmHead algorithm;
    std::uint32_t icv_bits;
};
static_assert(sizeof(AlgorithmHead) == sizeof(xfrm_algo));
static_assert(sizeof(CutAlgorithmHead) == sizeof(xfrm_algo_auth));
static_assert(sizeof(CutAlgorithmHead) == sizeof(xfrm_algo_aead));

Algorithm algorithm_of(Bytes payload) {
    const auto from = load<AlgorithmHead>(payload);
    return from ? Algorithm{text_of(from->name), from->key_bits, 0} : Algorithm{};
}

Algorithm cut_algorithm_of(Bytes payload) {
    const auto from = load<CutAlgorithmHead>(payload);
    return from ? Algorithm{text_of(from->algorithm.name), from->algorithm.key_bits, from->icv_bits}
                : Algorithm{};
}

void note_encapsulation(Sa& sa, Bytes payload) {
    if (const auto from = load<xfrm_encap_tmpl>(payload))
        sa.encapsulation = {from->encap_type, ntohs(from->encap_sport), ntohs(from->encap_dport)};
}

// The kernel tells a truncated algorithm twice: the form that knows the length of the ICV wins.
void note(Sa& sa, const Attribute& attribute) {
    switch (attribute.type) {
    case XFRMA_ALG_AUTH:
        if (sa.integrity.name.empty())
            sa.integrity = algorithm_of(attribute.payload);
        break;
    case XFRMA_ALG_AUTH_TRUNC:
        sa.integrity = cut_algorithm_of(attribute.payload);
        break;
    case XFRMA_ALG_CRYPT:
        sa.encryption = algorithm_of(attribute.payload);
        break;
    case XFRMA_ALG_AEAD:
        sa.aead = cut_algorithm_of(attribute.payload);
        break;
    case XFRMA_ENCAP:
        note_encapsulation(sa, attribute.payload);
        break;
    case XFRMA_SET_MARK:
        sa.output_mark = load<std::uint32_t>(attribute.payload).value_or(0);
        break;
    default:
        break;
    }
}

Mark mark_of(Bytes attributes) {
    const auto from = load<xfrm_mark>(find_attribute(attributes, XFRMA_MARK));
    return from ? Mark{from->v, from->m} : Mark{};
}

SaKey key_of(const xfrm_id& id, std::uint16_t family, Bytes attributes) {
    return {address_of(id.daddr, family), ntohl(id.spi), id.proto, mark_of(attributes)};
}

std::optional<Sa> sa_of(Bytes payload) {
    const auto from = load<xfrm_usersa_info>(payload);
    if (!from)
        return std::nullopt;
    Bytes attributes = behind(payload, sizeof *from);
    Sa sa;
    sa.key = key_of(from->id, from->family, attributes);
    sa.source = address_of(from->saddr, from->family);
    sa.protocol = protocol_of(from->id.proto);
    sa.mode = mode_of(from->mode);
    sa.reqid = from->reqid;
    sa.selector = selector_of(from->sel);
    sa.soft = soft_of(from->lft);
    sa.hard = hard_of(from->lft);
    sa.usage = usage_of(from->curlft);
    while (const auto attribute = take_attribute(attributes))
        note(sa, *attribute);
    return sa;
}

std::optional<Change> sa_deleted(Bytes payload) {
    const auto from = load<xfrm_usersa_id>(payload);
    if (!from)
        return std::nullopt;
    const xfrm_id id{from->daddr, from->spi, from->proto};
    return SaDeleted{key_of(id, from->family, behind(payload, sizeof *from))};
}

std::optional<Change> sa_expired(Bytes payload) {
    const auto from = load<xfrm_user_expire>(payload);
    if (!from)
        return std::nullopt;
    return SaExpired{
        key_of(from->state.id, from->state.family, behind(payload, sizeof *from)),
        from->hard != 0,
    };
}

std::optional<Change> sas_flushed(Bytes payload) {
    const auto from = load<xfrm_usersa_flush>(payload);
    return from ? std::optional<Change>(SasFlushed{from->proto}) : std::nullopt;
}

bool is_main(Bytes attributes) {
    const auto type = load<xfrm_userpolicy_type>(find_attribute(attributes, XFRMA_POLICY_TYPE));
    return !type || type->type == XFRM_POLICY_TYPE_MAIN;
}

std::vector<Template> templates_of(Bytes payload) {
    std::vector<Template> out;
    for (; const auto from = load<xfrm_user_tmpl>(payload);
         payload = payload.subspan(sizeof(xfrm_user_tmpl)))
        out.push_back({address_of(from->saddr, from->family),
                       address_of(from->id.daddr, from->family), ntohl(from->id.spi), from->reqid,
                       protocol_of(from->id.proto), mode_of(from->mode)});
    return out;
}

std::optional<Policy> policy_of(const xfrm_userpolicy_info& from, Bytes attributes) {
    if (from.index == 0 || from.dir > XFRM_POLICY_FWD || !is_main(attributes))
        return std::nullopt;
    Policy policy;
    policy.index = from.index;
    policy.selector = selector_of(from.sel);
    policy.direction = from.dir == XFRM_POLICY_IN    ? Direction::in
                       : from.dir == XFRM_POLICY_OUT ? Direction::out
                                                     : Direction::forward;
    policy.priority = from.priority;
    policy.blocks = from.action == XFRM_POLICY_BLOCK;
    policy.templates = templates_of(find_attribute(attributes, XFRMA_TMPL));
    return policy;
}

std::optional<Change> policy_there(Bytes payload) {
    const auto from = load<xfrm_userpolicy_info>(payload);
    if (!from)
        return std::nullopt;
    auto policy = policy_of(*from, behind(payload, sizeof *from));
    return policy ? std::optional<Change>(PolicyThere{std::move(*policy)}) : std::nullopt;
}

// A policy may be deleted by its selector: which one that was stands in an attribute.
std::optional<Change> policy_deleted(Bytes payload) {
    const auto id = load<xfrm_userpolicy_id>(payload);
    if (!id)
        return std::nullopt;
    const auto info =
        load<xfrm_userpolicy_info>(find_attribute(behind(payload, sizeof *id), XFRMA_POLICY));
    return PolicyDeleted{info ? info->index : id->index};
}

std::optional<Change> policy_expired(Bytes payload) {
    const auto from = load<xfrm_user_polexpire>(payload);
    if (!from || from->hard == 0)
        return std::nullopt;
    return PolicyDeleted{from->pol.index};
}

std::optional<Change> read_payload(std::uint16_t type, Bytes payload) {
    switch (type) {
    case XFRM_MSG_NEWSA:
    case XFRM_MSG_UPDSA: {
        auto sa = sa_of(payload);
        if (!sa)
            return std::nullopt;
        return type == XFRM_MSG_NEWSA ? Change(SaThere{std::move(*sa)})
                                      : Change(SaUpdated{std::move(*sa)});
    }
    case XFRM_MSG_DELSA:
        return sa_deleted(payload);
    case XFRM_MSG_EXPIRE:
        return sa_expired(payload);
    case XFRM_MSG_FLUSHSA:
        return sas_flushed(payload);
    case XFRM_MSG_NEWPOLICY:
    case XFRM_MSG_UPDPOLICY:
        return policy_there(payload);
    case XFRM_MSG_DELPOLICY:
        return policy_deleted(payload);
    case XFRM_MSG_POLEXPIRE:
        return policy_expired(payload);
    case XFRM_MSG_FLUSHPOLICY:
        return is_main(payload) ? std::optional<Change>(PoliciesFlushed{}) : std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace

bool SasFlushed::covers(std::uint8_t other) const {
    const bool of_ipsec = other == IPPROTO_ESP || other == IPPROTO_AH || other == IPPROTO_COMP;
    return protocol == 0 || protocol == other || (protocol == kAnyOfIpsec && of_ipsec);
}

std::optional<Change> read(Bytes message) {
    const auto head = load<nlmsghdr>(message);
    if (!head || head->nlmsg_len < sizeof *head || head->nlmsg_len > message.size())
        return std::nullopt;
    return read_payload(head->nlmsg_type, behind(message.first(head->nlmsg_len), sizeof *head));
}

} // namespace gmguard::xfrm
