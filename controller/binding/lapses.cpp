// SPDX-License-Identifier: BSD-2-Clause
#include "binding/lapses.hpp"

namespace gmguard::binding {

void Lapses::bare(Slot slot, std::uint64_t now_ns) {
    bare_.try_emplace(life_.table().at(slot).subscriber, Bare{slot, now_ns});
}

// The binding is no more, excludes nobody, or has an association again.
bool Lapses::is_over(std::uint64_t subscriber, const Bare& bare, std::uint64_t now_ns) const {
    const Binding& binding = life_.table().at(bare.slot);
    return binding.subscriber != subscriber || !binding.holds(now_ns) ||
           associations_.has_any(bare.slot, now_ns);
}

void Lapses::tick(std::uint64_t now_ns, Outcome& out) {
    for (auto each = bare_.begin(); each != bare_.end();) {
        const auto& [subscriber, bare] = *each;
        const bool over = is_over(subscriber, bare, now_ns);
        const bool due = now_ns >= bare.since_ns + kBare;
        if (!over && due)
            life_.lapse(bare.slot, now_ns, out);
        each = over || due ? bare_.erase(each) : std::next(each);
    }
}

} // namespace gmguard::binding
