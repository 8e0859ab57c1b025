// SPDX-License-Identifier: BSD-2-Clause
#include "binding/contests.hpp"

#include <algorithm>

namespace gmguard::binding {
namespace {

// A series without a word of its end is over; and nobody asks any more.
constexpr std::uint64_t kForgotten = 10 * kProbeInterval;

} // namespace

const Contests::Contest* Contests::begin(std::uint64_t holder, const Address& pcscf,
                                         std::uint32_t listener, std::uint64_t now_ns) {
    const auto known = contests_.find(holder);
    if (known != contests_.end() && now_ns < known->second.asked_ns + kProbeInterval)
        return nullptr;
    if (known == contests_.end() && contests_.size() >= limit_)
        return nullptr;
    Contest& contest = contests_[holder];
    contest = {next_number_++, now_ns, Answer::awaited, pcscf, listener};
    return &contest;
}

const Contests::Contest* Contests::find(std::uint64_t holder) const {
    const auto found = contests_.find(holder);
    return found == contests_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> Contests::end(std::uint64_t number, bool answered) {
    const auto found = std::ranges::find_if(
        contests_, [number](const auto& each) { return each.second.number == number; });
    if (found == contests_.end())
        return std::nullopt;
    found->second.answer = answered ? Answer::here : Answer::silent;
    return found->first;
}

bool Contests::is_gone(std::uint64_t holder, std::uint64_t now_ns) const {
    const Contest* contest = find(holder);
    return contest != nullptr && contest->answer == Answer::silent &&
           now_ns < contest->asked_ns + kProbeInterval;
}

void Contests::expire(std::uint64_t now_ns) {
    std::erase_if(contests_, [now_ns](const auto& each) {
        return each.second.asked_ns + kForgotten <= now_ns;
    });
}

} // namespace gmguard::binding
