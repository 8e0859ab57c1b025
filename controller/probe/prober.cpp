// SPDX-License-Identifier: BSD-2-Clause
#include "probe/prober.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gmguard::probe {
namespace {

// When it is sent again, and the end: from its beginning.
constexpr std::array<std::uint64_t, 3> kSteps{2 * binding::kSecond, 4 * binding::kSecond, kSeries};

} // namespace

std::uint64_t Prober::Series::due_ns() const {
    return began_ns + kSteps[std::min(sent, kSteps.size()) - 1];
}

Question Prober::begin(const binding::Probe& probe, const Names& names, std::uint64_t now_ns) {
    const Question question{probe.number, probe.phone, probe.pcscf,
                            options_to(probe.phone, probe.pcscf, names)};
    all_[probe.number] = {question, names, probe.subscriber, now_ns};
    return question;
}

std::optional<Ended> Prober::hear(const binding::Heard& heard) {
    const sip::Message& answer = heard.message;
    if (answer.request || answer.vias.empty())
        return std::nullopt;
    const auto found = std::ranges::find_if(all_, [&](const auto& each) {
        const Series& series = each.second;
        return series.names.branch == answer.vias.front().branch &&
               series.names.call_id == answer.call_id && series.question.phone == heard.source;
    });
    return found == all_.end() ? std::nullopt : std::optional(end(found, true));
}

std::optional<Ended> Prober::give_up(std::uint64_t number) {
    const auto found = all_.find(number);
    return found == all_.end() ? std::nullopt : std::optional(end(found, true));
}

Ended Prober::end(All::iterator series, bool answered) {
    const Ended ended{series->first, series->second.subscriber, answered};
    all_.erase(series);
    return ended;
}

Prober::Due Prober::tick(std::uint64_t now_ns) {
    Due due;
    for (auto each = all_.begin(); each != all_.end();) {
        const auto here = each++;
        Series& series = here->second;
        if (now_ns < series.due_ns())
            continue;
        if (series.sent == kSteps.size()) {
            due.over.push_back(end(here, false));
            continue;
        }
        ++series.sent;
        due.again.push_back(series.question);
    }
    return due;
}

std::optional<std::uint64_t> Prober::due_ns() const {
    std::optional<std::uint64_t> next;
    for (const auto& [number, series] : all_)
        next = std::min(next.value_or(series.due_ns()), series.due_ns());
    return next;
}

} // namespace gmguard::probe
