// SPDX-License-Identifier: BSD-2-Clause
// A capture's packets, one after the other, past a judge: what is said of which.
//
// Every packet that concerns a guarded port, a connection that a P-CSCF opened to a phone, or ESP
// to or from a guarded address, has one finding, in the order of the capture, hook
//   answers  where it leaves the P-CSCF
//   inside   where gm_inside or gm_stream had the last word: what came to a protected port, a
//            datagram that came in fragments, what came out of ESP, what they alone refuse
//   front    else
// Of a datagram that comes in fragments, the fragment that completes it has the judgement of the
// whole; the others have gm_front's. A fragment that comes before the first one of its datagram is
// told with that one, for only then its port is known; dropped before that, it has no ports.
// Of TCP, the packet that completes the header section of a message has its judgement, and of
// several messages the worst (streams.hpp).
// ESP that is not encrypted is told as what is in it, which is judged as decrypted; else as
// gm_front judges its SPI (esp.hpp).
#pragma once

#include "config/config.hpp"
#include "replay/esp.hpp"
#include "replay/judge.hpp"
#include "replay/reassembly.hpp"
#include "replay/sides.hpp"
#include "replay/streams.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gmguard::replay {

using Sink = std::function<void(const Finding&)>;

class Walk {
  public:
    // All outlive it.
    Walk(const config::Config& config, Judge& judge, const Sink& sink)
        : sides_(config), judge_(judge), sink_(sink), streams_(judge) {}

    // `file` names what the frames to come are from.
    void enter(const std::string& file) { file_ = file; }
    [[nodiscard]] Result<> take(const Frame& frame);

  private:
    struct Packet { // one that is looked at
        Finding finding;
        Judge::View ethernet;
        Layers at;
        Endpoint source, destination;
        Way way = Way::none;
        kernel::Opened opened;
        std::optional<Judgement> front; // gm_front's, where it was asked about fragments or ESP
    };

    [[nodiscard]] Packet packet_of(const Frame& frame, Judge::View ethernet,
                                   const Layers& at) const;
    void set_ports(Packet& packet, Ports ports) const;
    [[nodiscard]] Way way_of(const Packet& packet) const;
    [[nodiscard]] bool is_esp_in_udp(const Packet& packet) const;
    void read_message(Packet& packet);
    void show_message(Packet& packet, std::optional<sip::Message> message);

    [[nodiscard]] Result<> take_whole(Packet packet);
    [[nodiscard]] Result<> take_from_gm(Packet packet);
    [[nodiscard]] Result<Judgement> judge_inside(Packet& packet, gm_side side);
    [[nodiscard]] Result<> take_to_gm(Packet packet);
    [[nodiscard]] Result<> take_from_core(Packet packet);
    [[nodiscard]] Result<> take_to_core(Packet packet);

    [[nodiscard]] Result<> take_esp(const Frame& frame, Packet packet, const EspPart& part);
    [[nodiscard]] Result<> take_opened(Packet inner, const Packet& outer);

    [[nodiscard]] Result<> take_fragment(const Frame& frame, const Layers& at);
    [[nodiscard]] Result<bool> admit_fragment(Packet& packet);
    [[nodiscard]] Result<> take_reassembled(const Frame& frame, const Packet& last,
                                            const Bytes& bytes);
    void tell_fragment(const Packet& packet);
    void tell_early(const Packet& first);

    Sides sides_;
    Judge& judge_;
    const Sink& sink_;
    Streams streams_;
    Reassembly reassembly_;
    std::map<DatagramKey, std::vector<Finding>> early_; // fragments whose port is not known yet
    std::string file_;
    std::uint64_t now_ns_ = 0;
};

} // namespace gmguard::replay
