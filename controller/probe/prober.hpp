// SPDX-License-Identifier: BSD-2-Clause
// The probes that are under way: which phone is to be asked, when again, and what came of it. Time
// and random names come from outside, and bytes go there: no socket, no clock.
//
// A series is one OPTIONS, sent three times in eight seconds: as long as a registration takes that
// is challenged, so that the newcomer seldom waits for it.
#pragma once

#include "binding/events.hpp"
#include "binding/operations.hpp"
#include "binding/rules.hpp"
#include "probe/options.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::probe {

inline constexpr std::uint64_t kSeries = 8 * binding::kSecond;

// One datagram to send: from the P-CSCF's protected socket to the phone's.
struct Question {
    std::uint64_t number = 0; // of the series
    Endpoint phone, pcscf;
    std::string text;
};

// A series that has ended.
struct Ended {
    std::uint64_t number = 0;
    std::uint64_t subscriber = 0; // who was asked
    bool answered = false;
};

class Prober {
  public:
    // What to send now. REQUIRES: both ends of the probe are known, and its number is new.
    [[nodiscard]] Question begin(const binding::Probe& probe, const Names& names,
                                 std::uint64_t now_ns);

    // An answer that came to a protected socket: the series that it ends. One that repeats none of
    // our names, or comes from elsewhere, is nothing. A provisional one will do: he is there.
    [[nodiscard]] std::optional<Ended> hear(const binding::Heard& heard);

    // It could not be sent: ends as answered, for nothing is known.
    [[nodiscard]] std::optional<Ended> give_up(std::uint64_t number);

    struct Due {
        std::vector<Question> again; // to be sent
        std::vector<Ended> over;     // without an answer
    };
    [[nodiscard]] Due tick(std::uint64_t now_ns);
    // When tick() has something to do next; none: never.
    [[nodiscard]] std::optional<std::uint64_t> due_ns() const;

  private:
    struct Series {
        Question question;
        Names names;
        std::uint64_t subscriber = 0;
        std::uint64_t began_ns = 0;
        std::size_t sent = 1;

        [[nodiscard]] std::uint64_t due_ns() const;
    };
    using All = std::map<std::uint64_t, Series>; // by number

    Ended end(All::iterator series, bool answered);

    All all_;
};

} // namespace gmguard::probe
