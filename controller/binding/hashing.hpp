// SPDX-License-Identifier: BSD-2-Clause
// What the policy asks of the world to name things as the kernel names them. Both are pure: the
// same question has the same answer as long as the maps live.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/keys.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace gmguard::binding {

// Hashes of names, with settings.hash_key, exactly as the BPF programs compute them. 0 means "no
// such name" (unreadable or too long): it is never written to a map and never a match.
class Hasher {
  public:
    virtual ~Hasher() = default;
    // Of a public identity: a URI, with or without parameters, in its canonical form.
    [[nodiscard]] virtual gm_u128 identity(std::string_view uri) const = 0;
    // Of a private identity: "user@host" or a user alone.
    [[nodiscard]] virtual gm_u128 impi(std::string_view impi) const = 0;
    // Of a nonce as written between the quotes: key of gm_challenges.
    [[nodiscard]] virtual gm_u128 nonce(std::string_view nonce) const = 0;
    // Of any bytes. Not in the kernel; never 0.
    [[nodiscard]] virtual gm_u128 bytes(std::string_view bytes) const = 0;
};

// How much of a source is its key, by the pool it lies in: longest prefix, else the default.
using KeyForms = std::function<gm_key_form(Address source)>;

// What happens where this source's selector is another user's. Unset: strict.
using Conflicts = std::function<gm_conflict(Address source)>;

// Until when a selector that nobody is known to hold may be adopted because it speaks on a
// protected port of this listener (H14), in nanoseconds as all times of the policy; 0: not at all.
using Adoption = std::function<std::uint64_t(std::uint32_t listener)>;

// Whether IPsec ends at this listener on this host: what leaves its protected ports is encrypted.
using Encrypts = std::function<bool(std::uint32_t listener)>;

} // namespace gmguard::binding
