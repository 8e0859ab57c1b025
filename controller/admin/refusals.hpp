// SPDX-License-Identifier: BSD-2-Clause
// Who was not let in at the admin interface: counted by reason, and told to the log, of which a
// flood of strangers gets no more than some lines a second.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace gmguard::admin {

enum class Refused : std::uint8_t {
    connections, // too many at once
    handshake,   // no TLS, or a certificate that is not good
    host,        // Host names somebody else
    origin,      // a page of somebody else's asks
    credentials, // none, or wrong ones
    expired,     // a token whose time is over
    backoff,     // wrong ones again and again
    role,        // known, but may not
};
inline constexpr std::size_t kRefusals = 8;
[[nodiscard]] std::string_view name(Refused why);

class Refusals {
  public:
    using Clock = std::chrono::steady_clock;
    using Tell = std::function<void(const std::string& line)>;

    // Where the lines go. Nowhere, until then.
    void tell_to(Tell tell) { tell_ = std::move(tell); }

    // REQUIRES: both texts printable. No secret may be in them.
    void note(Refused why, const std::string& who, const std::string& detail,
              Clock::time_point now = Clock::now());
    // What is wrong at the interface itself, such as a file that cannot be read.
    void complain(const std::string& line);

    [[nodiscard]] std::uint64_t count(Refused why) const {
        return counts_[static_cast<std::size_t>(why)];
    }

  private:
    [[nodiscard]] bool may_tell(Clock::time_point now);

    std::array<std::uint64_t, kRefusals> counts_{};
    Tell tell_;
    Clock::time_point second_{}; // in which the lines were told
    unsigned told_ = 0;
    std::uint64_t left_out_ = 0;
};

} // namespace gmguard::admin
