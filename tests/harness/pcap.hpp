// SPDX-License-Identifier: BSD-2-Clause
// Capture files for tests.
#pragma once

#include "harness/packet.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace gmguard::test {

enum class LinkType : std::uint16_t {
    null = 0,
    ethernet = 1,
    raw = 101,
    loop = 108,
    linux_cooked = 113,
    linux_cooked_2 = 276,
};

class Capture {
  public:
    explicit Capture(LinkType link = LinkType::ethernet, std::uint32_t snap = 262144)
        : link_(link), snap_(snap) {}

    // At `seconds` since 1970 and `nanoseconds`; beyond the snap length it is cut.
    void add(const Bytes& frame, std::uint64_t seconds = 1767323045,
             std::uint32_t nanoseconds = 0) {
        frames_.push_back({frame, seconds, nanoseconds});
    }
    void add(const Packet& packet, std::uint64_t seconds = 1767323045,
             std::uint32_t nanoseconds = 0) {
        add(bytes(packet), seconds, nanoseconds);
    }

    [[nodiscard]] std::size_t size() const { return frames_.size(); }

    // The classic format, nanosecond variant.
    [[nodiscard]] Bytes pcap() const {
        Bytes out;
        little32(out, 0xa1b23c4d);
        little16(out, 2);
        little16(out, 4);
        little32(out, 0);
        little32(out, 0);
        little32(out, snap_);
        little32(out, static_cast<std::uint32_t>(link_));
        for (const Frame& frame : frames_) {
            little32(out, static_cast<std::uint32_t>(frame.seconds));
            little32(out, frame.nanoseconds);
            lengths_and_bytes(out, frame);
        }
        return out;
    }

    // One section, one interface, enhanced packet blocks, microseconds.
    [[nodiscard]] Bytes pcapng() const {
        Bytes section;
        little32(section, 0x1a2b3c4d);
        little16(section, 1);
        little16(section, 0);
        little32(section, 0xffffffff);
        little32(section, 0xffffffff);
        Bytes interface;
        little16(interface, static_cast<std::uint16_t>(link_));
        little16(interface, 0);
        little32(interface, snap_);
        Bytes out = block(0x0a0d0d0a, section);
        wire::append(out, block(1, interface));
        for (const Frame& frame : frames_)
            wire::append(out, block(6, packet_block(frame)));
        return out;
    }

  private:
    struct Frame {
        Bytes bytes;
        std::uint64_t seconds;
        std::uint32_t nanoseconds;
    };

    static void little16(Bytes& out, std::uint32_t value) {
        out.push_back(static_cast<std::uint8_t>(value));
        out.push_back(static_cast<std::uint8_t>(value >> 8));
    }
    static void little32(Bytes& out, std::uint32_t value) {
        little16(out, value & 0xffff);
        little16(out, value >> 16);
    }
    void lengths_and_bytes(Bytes& out, const Frame& frame) const {
        const std::size_t kept = std::min<std::size_t>(frame.bytes.size(), snap_);
        little32(out, static_cast<std::uint32_t>(kept));
        little32(out, static_cast<std::uint32_t>(frame.bytes.size()));
        out.insert(out.end(), frame.bytes.begin(),
                   frame.bytes.begin() + static_cast<std::ptrdiff_t>(kept));
    }
    [[nodiscard]] Bytes packet_block(const Frame& frame) const {
        const std::uint64_t time = frame.seconds * 1000000 + frame.nanoseconds / 1000;
        Bytes out;
        little32(out, 0);
        little32(out, static_cast<std::uint32_t>(time >> 32));
        little32(out, static_cast<std::uint32_t>(time));
        lengths_and_bytes(out, frame);
        return out;
    }
    static Bytes block(std::uint32_t type, Bytes body) {
        body.resize((body.size() + 3) / 4 * 4);
        Bytes out;
        little32(out, type);
        little32(out, static_cast<std::uint32_t>(body.size() + 12));
        wire::append(out, body);
        little32(out, static_cast<std::uint32_t>(body.size() + 12));
        return out;
    }

    LinkType link_;
    std::uint32_t snap_;
    std::vector<Frame> frames_;
};

inline void write_file(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    if (!file)
        throw std::runtime_error("cannot write " + path.string());
}

} // namespace gmguard::test
