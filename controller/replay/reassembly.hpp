// SPDX-License-Identifier: BSD-2-Clause
// Datagrams made whole of their fragments, by the rules of the Linux stack: a fragment that lies
// within one that is there is ignored, any other overlap ends the datagram (RFC 5722).
#pragma once

#include "replay/frame.hpp"

#include <compare>
#include <map>
#include <optional>
#include <vector>

namespace gmguard::replay {

// Fragments are kept this long after the first of their datagram came.
inline constexpr std::uint64_t kReassemblyNs = 30'000'000'000;
// Datagrams under way at once; beyond it the oldest is given up.
inline constexpr std::size_t kReassemblies = 1024;

// Which fragments belong together (RFC 791 3.2, RFC 8200 4.5).
struct DatagramKey {
    Address source, destination;
    std::uint32_t id = 0;
    std::uint8_t protocol = 0; // IPv4 only
    bool v6 = false;
    auto operator<=>(const DatagramKey&) const = default;
};
// REQUIRES: at.piece.
[[nodiscard]] DatagramKey datagram_key(const Layers& at);

class Reassembly {
  public:
    // The whole datagram, headers as in its first fragment but those of fragmentation, once `frame`
    // completes it. REQUIRES: at.piece.
    [[nodiscard]] std::optional<Bytes> add(const Frame& frame, const Layers& at);

    // The fragment was refused: its datagram will never be whole, but its ports are known.
    // REQUIRES: at.piece.
    void refuse(const Frame& frame, const Layers& at);

    // The ports of the datagram that this fragment is of, where its first one was seen.
    // REQUIRES: at.piece.
    [[nodiscard]] std::optional<Ports> ports_of(const Layers& at) const;

    [[nodiscard]] std::size_t under_way() const { return datagrams_.size(); }

  private:
    struct Part {
        std::size_t offset;
        Bytes bytes;
    };
    struct Datagram {
        std::uint64_t began_ns = 0;
        Bytes head;           // of the first fragment, up to what is fragmented
        std::size_t link = 0; // IPv6: the next-header field in `head` that named the fragment
        std::size_t network = 0;
        std::uint8_t protocol = 0;
        std::vector<Part> parts;         // ascending, apart
        std::optional<std::size_t> size; // known once the last fragment came
        std::optional<Ports> ports;
        bool refused = false;
    };
    enum class Fit { taken, repeated, clash };

    [[nodiscard]] static Fit insert(Datagram& datagram, Part part, bool more);
    [[nodiscard]] static bool complete(const Datagram& datagram);
    [[nodiscard]] static Bytes whole(const Datagram& datagram, bool v6);
    static void take_head(Datagram& datagram, const Frame& frame, const Layers& at);
    void forget_old(std::uint64_t now_ns);
    [[nodiscard]] Datagram& datagram_of(const Frame& frame, const Layers& at);

    std::map<DatagramKey, Datagram> datagrams_;
};

} // namespace gmguard::replay
