// SPDX-License-Identifier: BSD-2-Clause
// Who judges the packets of a capture: a private instance of the programs, or a test's fake.
#pragma once

#include "base/error.hpp"
#include "gmguard/abi/keys.h"
#include "kernel/host_run.hpp"
#include "replay/finding.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace gmguard::replay {

// What became of a segment, for the worst of its messages.
struct Spoken {
    Judgement judgement;
    std::string refused; // the message that is refused, up to GM_EVENT_BYTES of it; may be empty
};

class Judge {
  public:
    using View = std::span<const std::uint8_t>; // a packet, from its Ethernet header on

    virtual ~Judge() = default;

    // The time that the packets to come are judged at. It never goes back.
    [[nodiscard]] virtual Result<> set_clock(std::uint64_t now_ns) = 0;

    // From Gm; at the interface, a fragment as a fragment.
    [[nodiscard]] virtual Result<Judgement> front(View packet) = 0;
    // A whole packet, as the P-CSCF's socket would get it, from that side; `opened`: what it came
    // in.
    [[nodiscard]] virtual Result<Judgement> inside(View packet, gm_side side,
                                                   const kernel::Opened& opened) = 0;
    // The same of a TCP segment, which comes to this socket.
    [[nodiscard]] virtual Result<Spoken>
    stream(View packet, gm_side side, const kernel::Opened& opened, kernel::HostSocket& socket) = 0;
    // A whole packet that leaves the P-CSCF: towards a phone, towards the core.
    [[nodiscard]] virtual Result<Judgement> answers(View packet) = 0;
    [[nodiscard]] virtual Result<> onward(View packet) = 0;

    // What was negotiated for ESP to that address of the P-CSCF with that SPI, as far as its
    // Security-Server was seen.
    [[nodiscard]] virtual std::optional<sip::SecurityMechanism> association(Address pcscf,
                                                                            std::uint32_t spi) = 0;
};

} // namespace gmguard::replay
