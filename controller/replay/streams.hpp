// SPDX-License-Identifier: BSD-2-Clause
// The TCP connections of a capture. What comes to the P-CSCF is judged by gm_stream, at a socket
// that exists only here: it has taken what the capture's acknowledgements say, or where there are
// none, what was let through. What leaves it is read message by message.
//
// A segment that gm_stream refuses because bytes before it are missing has that judgement
// (tcp_order), and is judged again once they came, as the phone would send it again. So does one
// with data before the connection is there.
//
// Of a connection whose beginning is not in the capture, nothing is judged before the first segment
// that begins with a message; nor where the capture lacks bytes that the receiver has.
#pragma once

#include "replay/framing.hpp"
#include "replay/judge.hpp"
#include "replay/order.hpp"

#include <functional>
#include <list>
#include <map>

namespace gmguard::replay {

// Directions of connections that are followed at once; beyond it the one that was silent longest is
// forgotten.
inline constexpr std::size_t kDirections = 8192;

// A direction of a connection.
struct Route {
    Endpoint source, destination;
    auto operator<=>(const Route&) const = default;
};

class Streams {
  public:
    explicit Streams(Judge& judge) : judge_(judge) {}

    // What is said of a segment.
    struct Said {
        Judgement judgement;
        std::optional<sip::Message> sip; // the refused one, or else the first that it completes
    };

    // A segment to the P-CSCF, and how it came.
    struct Arrived {
        Route route;
        Judge::View packet;
        Layers at;
        gm_side side = GM_SIDE_GM;
        kernel::Opened opened;
    };
    [[nodiscard]] Result<Said> arrives(const Arrived& arrived);

    // A segment from the P-CSCF: `tell` has a packet for each message that is complete now.
    using Tell = std::function<Result<>(Judge::View)>;
    [[nodiscard]] Result<Said> leaves(const Route& route, Judge::View packet, const Layers& at,
                                      const Tell& tell);

    // Whether the P-CSCF opened the connection whose segments arrive by this route.
    [[nodiscard]] bool is_opened_by_pcscf(const Route& route) const;
    // It opens that one.
    void note_opened(const Route& arriving);

    [[nodiscard]] std::size_t directions() const { return directions_.size(); }

  private:
    struct Direction {
        Direction(const Route& at, std::size_t& kept, Framing::Until to)
            : route(at), until(to), order(kept), framing(to) {}
        Route route;
        Framing::Until until;
        Order order;
        Framing framing;
        kernel::HostSocket socket; // of what arrives
        bool opened_by_pcscf = false;
    };
    using Directions = std::list<Direction>;

    Direction& direction(const Route& route, Framing::Until until);
    Direction* find(const Route& route);
    void erase(const Route& route);

    static void begin(Direction& d, const Segment& segment);
    [[nodiscard]] Result<Said> judge(Direction& d, const Segment& segment, const Arrived& how);
    [[nodiscard]] Result<Said> judge_data(Direction& d, const Segment& segment, const Arrived& how,
                                          bool early);
    [[nodiscard]] Result<Said> judge_in_order(Direction& d, Segment segment, const Arrived& how);
    [[nodiscard]] Result<Said> judge_established(Direction& d, Segment segment, const Arrived& how);
    [[nodiscard]] Result<Said> tell_messages(Direction& d, Segment segment, const Tell& tell);
    void note_acknowledged(const Route& route, const TcpHeader& header);

    Judge& judge_;
    std::size_t kept_ = 0;
    Directions directions_; // the one that spoke last first
    std::map<Route, Directions::iterator> by_route_;
};

} // namespace gmguard::replay
