// SPDX-License-Identifier: BSD-2-Clause
// How long a source of wrong credentials has to wait. Right ones are never asked about it: a token
// has 256 random bits, so that what is to be feared is not that one is guessed but that a stranger
// behind the same address keeps out whoever has one.
#pragma once

#include "base/address.hpp"

#include <chrono>
#include <map>

namespace gmguard::admin {

class Backoff {
  public:
    using Clock = std::chrono::steady_clock;

    // Still to wait; 0: none.
    [[nodiscard]] std::chrono::seconds wait(Address source, Clock::time_point now) const;
    // One more failure. The first ones cost nothing, then it is a second, two, four, ... a minute.
    void fail(Address source, Clock::time_point now);

    [[nodiscard]] std::size_t sources() const { return sources_.size(); }

  private:
    struct Failures {
        unsigned count = 0;
        Clock::time_point last, until;
    };
    void make_room(Clock::time_point now);

    std::map<Address, Failures> sources_; // an IPv6 /64 is one source
};

} // namespace gmguard::admin
