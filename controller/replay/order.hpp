// SPDX-License-Identifier: BSD-2-Clause
// One direction of a TCP connection in a capture: its segments in the order of their bytes. What
// came before its time is kept until the bytes before it come, as if it were sent again then.
//
// How far the receiver is, its acknowledgements say, where the capture has them.
#pragma once

#include "replay/frame.hpp"

#include <map>
#include <optional>
#include <vector>

namespace gmguard::replay {

struct Segment {
    Bytes ethernet;
    Layers at;
    TcpHeader tcp;

    [[nodiscard]] std::uint32_t end() const {
        return tcp.sequence + static_cast<std::uint32_t>(tcp.size);
    }
    [[nodiscard]] std::string_view data() const {
        return {reinterpret_cast<const char*>(ethernet.data()) + tcp.data, tcp.size};
    }
};

// What all connections of a replay may keep of such segments, in bytes.
inline constexpr std::size_t kKeptOfAll = 32u << 20;
// And one of them, in segments.
inline constexpr std::size_t kKeptOfOne = 64;

class Order {
  public:
    // `kept_of_all` counts the bytes of all; it outlives this.
    explicit Order(std::size_t& kept_of_all) : kept_of_all_(&kept_of_all) {}
    Order(const Order&) = delete;
    Order& operator=(const Order&) = delete;
    ~Order() { forget_kept(); }

    // It begins with this byte.
    void begin(std::uint32_t first);
    // Whether it is known where it begins: after a SYN, or a segment that begins with a message.
    [[nodiscard]] bool begun() const { return begun_; }
    // The receiver said that it has all before `next`.
    void acknowledge(std::uint32_t next);
    // The next byte that the receiver takes, of those that were seen; nothing where the capture has
    // no acknowledgement of it.
    [[nodiscard]] std::optional<std::uint32_t> received() const;
    [[nodiscard]] std::uint32_t first() const { return origin_; }

    enum class Place {
        unknown, // nothing tells where a message begins: of no use
        first,   // a message begins with it, and it is the first such
        early,   // bytes before it are missing
        next,    // to be read, or seen before
    };
    // Where bytes before it are missing that the receiver has, the capture lacks them: then the
    // direction begins anew.
    [[nodiscard]] Place place(const Segment& segment);

    // Bytes at the start of the segment that were seen before; then they all were, and those that
    // are missing before it are not waited for.
    [[nodiscard]] std::size_t take(const Segment& segment);

    // Keeps an early one. False where there is no room: then the direction begins anew.
    [[nodiscard]] bool keep(Segment segment);
    // A kept one whose time has come.
    [[nodiscard]] std::optional<Segment> kept();

  private:
    void forget_kept();
    [[nodiscard]] std::int32_t distance(std::uint32_t sequence) const {
        return static_cast<std::int32_t>(sequence - origin_);
    }

    bool begun_ = false;
    std::uint32_t origin_ = 0, seen_ = 0;
    std::optional<std::uint32_t> acknowledged_;
    std::map<std::int32_t, Segment> kept_; // by their distance from the origin
    std::size_t* kept_of_all_;
};

} // namespace gmguard::replay
