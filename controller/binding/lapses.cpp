// SPDX-License-Identifier: BSD-2-Clause
#include "binding/lapses.hpp"

namespace gmguard::binding {

void Lapses::bare(Slot slot, std::uint64_t now_ns) {
    bare_.insert_or_assign(life_.table().at(slot).subscriber, Bare{slot, now_ns});
}

// The binding is still there, excludes others, and has no association again.
bool Lapses::is_bare(std::uint64_t subscriber, Slot slot, std::uint64_t now_ns) const {
    const Binding& binding = life_.table().at(slot);
    return binding.subscriber == subscriber && binding.holds(now_ns) &&
           !associations_.has_any(slot, now_ns);
}

void Lapses::tick(std::uint64_t now_ns, Outcome& out) {
    std::erase_if(bare_, [&](const auto& each) {
        const auto& [subscriber, bare] = each;
        const bool due = now_ns >= bare.since_ns + kBare;
        if (due && is_bare(subscriber, bare.slot, now_ns))
            life_.lapse(bare.slot, now_ns, out);
        return due;
    });
}

} // namespace gmguard::binding
