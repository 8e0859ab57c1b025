// SPDX-License-Identifier: BSD-2-Clause
// A client transaction over UDP, other than INVITE (RFC 3261 17.1.2): when to send again, and when
// to give up. Sent once when it begins. What comes after its final answer is nobody's.
#pragma once

#include <cstdint>

namespace gmguard::home {

inline constexpr std::uint64_t kT1Ns = 500'000'000;
inline constexpr std::uint64_t kT2Ns = 4'000'000'000;

class Transaction {
  public:
    explicit Transaction(std::uint64_t now_ns)
        : again_ns_(now_ns + kT1Ns), ends_ns_(now_ns + 64 * kT1Ns) {}

    enum class Step : std::uint8_t { wait, send, give_up };
    // What is due by now. One that is late for several sends once.
    [[nodiscard]] Step step(std::uint64_t now_ns);
    // A provisional answer: from the next time on it sends every T2.
    void proceed() { interval_ns_ = kT2Ns; }

    // When step() has something to do next.
    [[nodiscard]] std::uint64_t due_ns() const;

  private:
    std::uint64_t interval_ns_ = kT1Ns; // of timer E, when it was set last
    std::uint64_t again_ns_;            // timer E
    std::uint64_t ends_ns_;             // timer F
};

} // namespace gmguard::home
