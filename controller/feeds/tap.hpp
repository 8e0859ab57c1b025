// SPDX-License-Identifier: BSD-2-Clause
// From the taps to the policy: what a ring's record tells.
#pragma once

#include "binding/events.hpp"
#include "kernel/rings.hpp"

#include <optional>

namespace gmguard::feeds {

// Hears one record after the other; the room of one serves for the next.
class Ear {
  public:
    // Nothing where it is of gm_events, where its message is not whole, or where it is not what its
    // ring and hook are for: a REGISTER, or an answer to one, in one reading. Which of them it is,
    // is the program's word, never the message's.
    [[nodiscard]] std::optional<binding::Tap> hear(const kernel::Record& record);
    // What the last hear() returned a tap for, without what no registration is judged by
    // (sip::hear()). Its message is the record's.
    [[nodiscard]] const binding::Heard& heard() const { return heard_; }

  private:
    binding::Heard heard_;
};

// The status of an answer that leaves to a phone. Nothing where the record is another one.
[[nodiscard]] std::optional<int> leaving_status(const kernel::Record& record);

// An answer of a phone that is asked whether it is there (gm_probes), to whatever request.
[[nodiscard]] std::optional<binding::Heard> answer(const kernel::Record& record);

} // namespace gmguard::feeds
