// SPDX-License-Identifier: BSD-2-Clause
// Two users and one selector: who has it, and who gets it. Under "strict" the holder keeps it.
// Under "contest" the other one may authenticate while the holder is probed, and gets the selector
// only if the holder is silent: then his binding ends first. A holder who answers keeps it; the
// other one stays in quarantine, as shadow, and the holder is asked again every kProbeInterval.
#pragma once

#include "binding/associations.hpp"
#include "binding/contests.hpp"
#include "binding/events.hpp"
#include "binding/hashing.hpp"
#include "binding/life.hpp"
#include "binding/shadows.hpp"

#include <vector>

namespace gmguard::binding {

class Rivals {
  public:
    Rivals(const Hasher& hasher, const KeyForms& forms, const Conflicts& conflicts,
           const Rules& rules, Life& life, Shadows& shadows, const Associations& associations)
        : hasher_(hasher), forms_(forms), conflicts_(conflicts), life_(life), shadows_(shadows),
          associations_(associations), contests_(rules.contests) {}

    // Whether a selector of this source can be had by another user than its holder.
    [[nodiscard]] bool is_contest(const Address& source) const;
    // A nonce left to `wanted`, who may come back for its selectors: is their holder there?
    // REQUIRES: is_contest() of its source.
    void challenged(const Grant& wanted, const Address& pcscf, Outcome& out);
    // The core accepted `grant`, but `holder` has one of its selectors.
    void accepted(const Grant& grant, Slot holder, Outcome& out);
    void probed(const Probed& event, Outcome& out);
    // This user's registration was renewed: he is there.
    void renewed(const gm_selector& selector);
    void tick(std::uint64_t now_ns, Outcome& out);

    // What a shadow would have, were its selector free.
    [[nodiscard]] Grant grant_of(const Shadow& shadow, std::uint64_t now_ns) const;

  private:
    void ask(Slot holder, const Address& pcscf, std::uint32_t listener, std::uint64_t now_ns,
             Outcome& out);
    void keep_as_shadow(const Grant& grant, Slot holder, Outcome& out);
    void supersede(Slot holder, const Grant& grant, Outcome& out);
    void look_at(const Shadow& shadow, std::uint64_t now_ns, Outcome& out);
    // Those who wait for this holder's selector, the latest last.
    [[nodiscard]] std::vector<std::uint64_t> waiting_for(std::uint64_t holder,
                                                         std::uint64_t now_ns) const;
    [[nodiscard]] Notice notice(NoticeKind kind, const Grant& grant, Slot holder) const;

    const Hasher& hasher_;
    const KeyForms& forms_;
    const Conflicts& conflicts_;
    Life& life_;
    Shadows& shadows_;
    const Associations& associations_;
    Contests contests_;
};

} // namespace gmguard::binding
