// SPDX-License-Identifier: BSD-2-Clause
// Whether a holder whose selector somebody else asks for is still there (conflict "contest"). One
// series of probes goes to him, inside his own association, and its answer serves all who ask
// within kProbeInterval: what is limited are the probes, never the REGISTERs, or a spoofer could
// lock a new holder out. Only an answer to a probe proves that he is there; only a whole series
// without one, that he is not.
#pragma once

#include "base/address.hpp"
#include "binding/rules.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace gmguard::binding {

inline constexpr std::uint64_t kProbeInterval = 30 * kSecond;

class Contests {
  public:
    explicit Contests(std::size_t limit) : limit_(limit) {}

    enum class Answer : std::uint8_t { awaited, here, silent };
    struct Contest {
        std::uint64_t number = 0; // of the series, never used again
        std::uint64_t asked_ns = 0;
        Answer answer = Answer::awaited;
        Address pcscf; // at which the other one asked
        std::uint32_t listener = 0;
    };

    // A new series against this holder. Null: one began within kProbeInterval, or there is no room.
    [[nodiscard]] const Contest* begin(std::uint64_t holder, const Address& pcscf,
                                       std::uint32_t listener, std::uint64_t now_ns);
    [[nodiscard]] const Contest* find(std::uint64_t holder) const;
    // The series has ended; returns whom it was about. None: it does not count any more.
    [[nodiscard]] std::optional<std::uint64_t> end(std::uint64_t number, bool answered);
    // Whether a series that still counts found him gone.
    [[nodiscard]] bool is_gone(std::uint64_t holder, std::uint64_t now_ns) const;
    // He proved otherwise that he is there, or is no holder any more.
    void forget(std::uint64_t holder) { contests_.erase(holder); }
    // Those that nobody asked about any more.
    void expire(std::uint64_t now_ns);

  private:
    std::size_t limit_;
    std::uint64_t next_number_ = 1;
    std::map<std::uint64_t, Contest> contests_; // by subscriber of the holder
};

} // namespace gmguard::binding
