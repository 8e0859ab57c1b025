// SPDX-License-Identifier: BSD-2-Clause
// Who judges the packets of a capture: a private instance of the programs, or a test's fake.
#pragma once

#include "base/error.hpp"
#include "gmguard/abi/keys.h"
#include "replay/finding.hpp"

#include <cstdint>
#include <span>

namespace gmguard::replay {

class Judge {
  public:
    using View = std::span<const std::uint8_t>; // a packet, from its Ethernet header on

    virtual ~Judge() = default;

    // The time that the packets to come are judged at. It never goes back.
    [[nodiscard]] virtual Result<> set_clock(std::uint64_t now_ns) = 0;

    // From Gm; at the interface, a fragment as a fragment.
    [[nodiscard]] virtual Result<Judgement> front(View packet) = 0;
    // A whole packet, as the P-CSCF's socket would get it, from that side.
    [[nodiscard]] virtual Result<Judgement> inside(View packet, gm_side side) = 0;
    // A whole packet that leaves the P-CSCF: towards a phone, towards the core.
    [[nodiscard]] virtual Result<Judgement> answers(View packet) = 0;
    [[nodiscard]] virtual Result<> onward(View packet) = 0;
};

} // namespace gmguard::replay
