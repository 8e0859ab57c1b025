// SPDX-License-Identifier: BSD-2-Clause
// Captures and single messages, judged by the real programs in a private instance: nothing is
// attached, no daemon is needed, no live binding is touched. The privilege to load BPF programs is.
#pragma once

#include "base/error.hpp"
#include "binding/events.hpp"
#include "config/config.hpp"
#include "replay/finding.hpp"
#include "replay/walk.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gmguard::replay {

struct Summary {
    std::uint64_t frames = 0; // read
    std::uint64_t told = 0;   // that concern a guarded port
    std::uint64_t dropped = 0;
    std::uint64_t would_drop = 0;
};

// Runs the captures through, one after the other, on their own clock; what one shows of
// registrations counts in the next. `sink` has every finding as it is made (walk.hpp says which
// packets have one), also those before an error. Errors: of the files (capture.hpp); system, with a
// hint, where programs cannot be loaded.
[[nodiscard]] Result<Summary> run(const config::Config& config, std::span<const std::string> files,
                                  const Sink& sink);

// Judges one message as if it had come in one UDP datagram. Of registrations nothing is known but
// the `live` ones (whose now_ns does not count), of challenges nothing. Errors:
//   invalid    `to` is no guarded port of this configuration, the two are of different families, or
//              the message is longer than a datagram
//   system     as above
[[nodiscard]] Result<Explanation> explain(const config::Config& config, std::string_view sip,
                                          const Endpoint& from, const Endpoint& to,
                                          std::span<const binding::Add> live = {});

} // namespace gmguard::replay
