// SPDX-License-Identifier: BSD-2-Clause
// The reports that are under way to the home network. Time and random names come from outside, and
// bytes go there: no socket, no clock.
#pragma once

#include "base/error.hpp"
#include "binding/operations.hpp"
#include "home/message.hpp"
#include "home/transaction.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::home {

// Registrations that are begun for nothing cost the home network no more than this at a time.
inline constexpr std::size_t kOpenReports = 256;

struct Reported {
    std::string impi, impu, call_id;
    int status = 0; // of the final answer; 0: there was none in time
};

class Reporter {
  public:
    // What to send now. Errors: invalid, it cannot be said in SIP; exhausted, too many are under
    // way.
    [[nodiscard]] Result<std::string> begin(const binding::Failure& failure, const Endpoint& from,
                                            const Names& names, std::uint64_t now_ns);

    // A datagram from the home network: what it ends. One that answers no report of ours is
    // nothing.
    [[nodiscard]] std::optional<Reported> hear(std::string_view datagram);

    struct Due {
        std::vector<std::string> again; // to be sent
        std::vector<Reported> over;     // without an answer
    };
    [[nodiscard]] Due tick(std::uint64_t now_ns);
    // When tick() has something to do next; none: never.
    [[nodiscard]] std::optional<std::uint64_t> due_ns() const;

    [[nodiscard]] std::size_t open() const { return open_.size(); }

  private:
    struct Open {
        Transaction transaction;
        Reported report;
        std::string request;
    };
    std::map<std::string, Open> open_; // by branch
};

} // namespace gmguard::home
