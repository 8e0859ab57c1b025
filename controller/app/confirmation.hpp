// SPDX-License-Identifier: BSD-2-Clause
// A change of modes that holds only if somebody confirms it in time: whoever locks himself out by
// it cannot, and gets back in.
#pragma once

#include "admin/guard.hpp"
#include "feeds/clock.hpp"

#include <optional>

namespace gmguard::app {

class Confirmation {
  public:
    // A change has been made that must be confirmed. `before`: the modes that it took the place of.
    // While one waits, another one joins it: the time starts anew, and what they go back to is
    // still what stood before the first.
    void await(admin::Modes before, const feeds::Moment& now, std::chrono::seconds within);

    [[nodiscard]] bool is_awaited() const { return waiting_.has_value(); }
    // For people; steps of the wall clock move no deadline.
    [[nodiscard]] std::optional<feeds::WallTime> falls_back() const;

    // What was changed stays. Kind conflict: nothing waits, or its time is over.
    [[nodiscard]] Result<> confirm(const feeds::Moment& now);

    // The modes to go back to, when the time is over; else null.
    [[nodiscard]] const admin::Modes* due(const feeds::Moment& now) const;
    // Null: nothing waits.
    [[nodiscard]] const admin::Modes* before() const;
    // The modes are back, or of no more interest.
    void forget() { waiting_.reset(); }

  private:
    struct Waiting {
        admin::Modes before;
        std::uint64_t until_ns;
        feeds::WallTime until;
    };
    std::optional<Waiting> waiting_;
};

} // namespace gmguard::app
