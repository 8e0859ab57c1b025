// SPDX-License-Identifier: BSD-2-Clause
// Bindings whose security associations have all been gone for a while (H21): their phone cannot
// speak, and the lease of its address may be somebody else's by now. Such a binding keeps its
// identities and loses its exclusivity; its user's next 200 gives that back.
#pragma once

#include "binding/associations.hpp"
#include "binding/life.hpp"

#include <cstdint>
#include <map>

namespace gmguard::binding {

inline constexpr std::uint64_t kBare = 128 * kSecond;

class Lapses {
  public:
    // Both outlive it.
    Lapses(Life& life, const Associations& associations)
        : life_(life), associations_(associations) {}

    // The last association of this live binding went.
    void bare(Slot slot, std::uint64_t now_ns);
    void tick(std::uint64_t now_ns, Outcome& out);

  private:
    struct Bare {
        Slot slot;
        std::uint64_t since_ns;
    };

    [[nodiscard]] bool is_bare(std::uint64_t subscriber, Slot slot, std::uint64_t now_ns) const;

    Life& life_;
    const Associations& associations_;
    std::map<std::uint64_t, Bare> bare_; // by subscriber
};

} // namespace gmguard::binding
