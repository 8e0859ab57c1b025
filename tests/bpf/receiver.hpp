// SPDX-License-Identifier: BSD-2-Clause
// What a host's IP stack makes of a frame, by the rules of Linux (ip_rcv, ipv6_rcv, udp_rcv), but
// for checksums, which it takes for right: whatever the programs let pass, this is who gets it.
#pragma once

#include "harness/packet.hpp"

#include <optional>
#include <string>

namespace gmguard::test {

struct Delivered {
    Bytes destination; // 4 or 16 bytes
    std::uint16_t port = 0;
    std::string payload;
};

class Receiver {
  public:
    explicit Receiver(const Bytes& frame) : frame_(frame) {}

    // The datagram that a UDP socket gets from this frame alone: nothing of fragments.
    [[nodiscard]] std::optional<Delivered> delivered() {
        std::size_t at = 12;
        unsigned type = word(at);
        while ((type == 0x8100 || type == 0x88a8) && at + 6 <= frame_.size())
            type = word(at += 4);
        at += 2;
        if (type == 0x0800)
            return ipv4(at);
        return type == 0x86dd ? ipv6(at) : std::nullopt;
    }

  private:
    [[nodiscard]] unsigned byte(std::size_t at) const {
        return at < frame_.size() ? frame_[at] : 0;
    }
    [[nodiscard]] unsigned word(std::size_t at) const { return byte(at) << 8 | byte(at + 1); }
    [[nodiscard]] Bytes piece(std::size_t at, std::size_t size) const {
        const auto from = frame_.begin() + static_cast<std::ptrdiff_t>(at);
        return {from, from + static_cast<std::ptrdiff_t>(size)};
    }

    std::optional<Delivered> ipv4(std::size_t at) {
        const std::size_t header = (byte(at) & 15) * 4, total = word(at + 2);
        if (at + 20 > frame_.size() || byte(at) >> 4 != 4 || header < 20 || total < header ||
            at + total > frame_.size() || (word(at + 6) & 0x3fff) != 0 ||
            byte(at + 9) != kProtocolUdp)
            return std::nullopt;
        return udp(at + header, at + total, piece(at + 16, 4), false);
    }
    std::optional<Delivered> ipv6(std::size_t at) {
        if (at + 40 > frame_.size() || byte(at) >> 4 != 6 || at + 40 + word(at + 4) > frame_.size())
            return std::nullopt;
        const std::size_t end = at + 40 + word(at + 4);
        unsigned next = byte(at + 6);
        const Bytes destination = piece(at + 24, 16);
        for (at += 40; next != kProtocolUdp; at += size(next, at), next = following_) {
            if (at + 8 > end || !is_extension(next) ||
                (next == kFragment && (word(at + 2) & 0xfff9) != 0))
                return std::nullopt;
            following_ = byte(at);
        }
        return udp(at, end, destination, true);
    }
    static bool is_extension(unsigned kind) {
        return kind == kHopByHop || kind == kRouting || kind == kFragment || kind == kDestination ||
               kind == 51;
    }
    [[nodiscard]] std::size_t size(unsigned kind, std::size_t at) const {
        const std::size_t units = byte(at + 1);
        return kind == kFragment ? 8 : kind == 51 ? 8 + units * 4 : 8 + units * 8;
    }
    [[nodiscard]] std::optional<Delivered> udp(std::size_t at, std::size_t end, Bytes destination,
                                               bool jumbo) const {
        if (at + 8 > end)
            return std::nullopt;
        std::size_t length = word(at + 4);
        if (length == 0 && jumbo)
            length = end - at;
        if (length < 8 || at + length > end)
            return std::nullopt;
        const Bytes payload = piece(at + 8, length - 8);
        return Delivered{std::move(destination),
                         static_cast<std::uint16_t>(word(at + 2)),
                         {payload.begin(), payload.end()}};
    }

    const Bytes& frame_;
    unsigned following_ = 0;
};

} // namespace gmguard::test
