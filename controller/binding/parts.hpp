// SPDX-License-Identifier: BSD-2-Clause
// What a Policy is made of.
#pragma once

#include "binding/lapses.hpp"
#include "binding/policy.hpp"
#include "binding/registrar.hpp"
#include "binding/rivals.hpp"

namespace gmguard::binding {

struct Policy::Parts {
    Parts(const Hasher& a_hasher, KeyForms a_forms, Rules a_rules)
        : hasher(a_hasher), forms(std::move(a_forms)), rules(a_rules), life(hasher, rules),
          challenges(rules.challenges, rules.registration_timer_ns), shadows(rules.shadows),
          associations(forms, conflicts, life, challenges, rules.spis), lapses(life, associations),
          rivals(hasher, forms, conflicts, rules, life, shadows, associations),
          registrar(hasher, forms, adoption, encrypts, rules, life, challenges, shadows,
                    associations, rivals) {}

    const Hasher& hasher;
    KeyForms forms;
    Adoption adoption;
    Encrypts encrypts;
    Conflicts conflicts;
    Rules rules;
    Life life;
    Challenges challenges;
    Shadows shadows;
    Associations associations;
    Lapses lapses;
    Rivals rivals;
    Registrar registrar;
};

} // namespace gmguard::binding
