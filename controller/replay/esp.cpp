// SPDX-License-Identifier: BSD-2-Clause
#include "replay/esp.hpp"

#include "replay/datagram.hpp"

#include <span>
#include <vector>

namespace gmguard::replay {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::uint8_t kIpv4 = 4, kIpv6 = 41; // next headers of tunnel mode

// What stands before and behind the data where they are in clear.
struct Form {
    std::size_t iv, icv;
};
constexpr Form kHmac96{0, 12}, kHmac128{0, 16}, kGmac{8, 16};

// A form that is known counts whatever it carries; one that is tried has to fit.
struct Guess {
    Form form;
    bool known;
};

std::vector<Guess> guesses(const std::optional<sip::SecurityMechanism>& negotiated) {
    if (!negotiated || negotiated->alg.empty())
        return {{kHmac96, false}, {kHmac128, false}, {kGmac, false}};
    // Without an encryption algorithm it is null (TS 33.203 Annex H).
    if (!negotiated->ealg.empty() && negotiated->ealg != "null")
        return {};
    if (negotiated->alg.starts_with("aes-gmac"))
        return {{kGmac, true}};
    return {{kHmac96, true}};
}

std::uint32_t word(View bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at] << 8 | bytes[at + 1]);
}

// RFC 1071 over the datagram or segment and its pseudo-header.
bool checksum_fits(View transport, std::uint8_t protocol, Address from, Address to) {
    std::uint64_t sum = transport.size() + protocol;
    for (const Address address : {from, to})
        for (unsigned bits = 0; bits < (address.is_v4() ? 32u : 128u); bits += 16)
            sum += static_cast<std::uint16_t>(address.value() >> bits);
    for (std::size_t i = 0; i < transport.size(); ++i)
        sum += i % 2 == 0 ? transport[i] * 256u : transport[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

// Whether this can be a whole datagram or segment.
bool is_transport(View bytes, std::uint8_t protocol, Address from, Address to, bool known) {
    if (protocol == GM_UDP) {
        if (bytes.size() < 8 || word(bytes, 4) != bytes.size())
            return false;
        return known || (word(bytes, 6) == 0 && from.is_v4()) ||
               checksum_fits(bytes, protocol, from, to);
    }
    if (protocol != GM_TCP || bytes.size() < 20)
        return false;
    const std::size_t header = (bytes[12] >> 4) * 4u;
    return header >= 20 && header <= bytes.size() &&
           (known || checksum_fits(bytes, protocol, from, to));
}

// RFC 4303 2.4: 1, 2, 3, ...
bool is_padding(View bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (bytes[i] != static_cast<std::uint8_t>(i + 1))
            return false;
    return true;
}

std::optional<Bytes> from_tunnel(View inner, std::uint8_t next, bool known) {
    Bytes out = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    const bool v4 = next == kIpv4;
    out.push_back(v4 ? 0x08 : 0x86);
    out.push_back(v4 ? 0x00 : 0xdd);
    out.insert(out.end(), inner.begin(), inner.end());
    const auto at = layers(out);
    if (!at || at->piece || at->end != out.size() ||
        !is_transport(View(out).subspan(at->transport), at->protocol, at->source, at->destination,
                      known))
        return std::nullopt;
    return out;
}

std::optional<Bytes> read_as(View data, const Layers& at, const Guess& guess) {
    if (data.size() < guess.form.iv + 2 + guess.form.icv)
        return std::nullopt;
    const View clear = data.subspan(guess.form.iv, data.size() - guess.form.iv - guess.form.icv);
    const std::size_t padding = clear[clear.size() - 2];
    const std::uint8_t next = clear.back();
    if (padding + 2 > clear.size())
        return std::nullopt;
    const std::size_t size = clear.size() - 2 - padding;
    const View inner = clear.first(size);
    if (!is_padding(clear.subspan(size, padding)))
        return std::nullopt;
    if (next == kIpv4 || next == kIpv6)
        return from_tunnel(inner, next, guess.known);
    if (!is_transport(inner, next, at.source, at.destination, guess.known))
        return std::nullopt;
    return packet(at.source, at.destination, next, inner);
}

} // namespace

std::optional<EspPart> esp(View ethernet, const Layers& at) {
    std::size_t from = at.transport;
    if (at.protocol == GM_UDP) {
        const auto found = ports(ethernet, at);
        if (!found || (found->source != kEspPort && found->destination != kEspPort))
            return std::nullopt;
        from += 8;
    } else if (at.protocol != kEsp) {
        return std::nullopt;
    }
    if (from + 8 > at.end)
        return std::nullopt;
    const std::uint32_t spi = word(ethernet, from) << 16 | word(ethernet, from + 2);
    // IKE has zeros there (RFC 3948 2.2).
    if (spi == 0 && at.protocol == GM_UDP)
        return std::nullopt;
    return EspPart{spi, from + 8, at.end};
}

std::optional<Bytes> open_esp(View ethernet, const Layers& at, const EspPart& part,
                              const std::optional<sip::SecurityMechanism>& negotiated) {
    const View data = ethernet.subspan(part.data, part.end - part.data);
    for (const Guess& guess : guesses(negotiated))
        if (auto opened = read_as(data, at, guess))
            return opened;
    return std::nullopt;
}

} // namespace gmguard::replay
