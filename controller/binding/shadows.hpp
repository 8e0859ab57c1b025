// SPDX-License-Identifier: BSD-2-Clause
// Users whom the core accepted on a selector that another user holds (H16): kept to be shown, in no
// map. In monitor their messages pass, in enforce they are refused, both by the binding they lost
// against.
#pragma once

#include "base/address.hpp"
#include "binding/selector.hpp"
#include "gmguard/abi/keys.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace gmguard::binding {

struct Shadow {
    gm_selector selector{};
    Endpoint source;
    std::uint32_t listener = 0;
    std::string impi;
    gm_u128 user = 0;
    std::vector<std::string> impus; // as its 200 named them
    ClientPorts client;
    std::uint64_t since_ns = 0;
    std::uint64_t expires_ns = 0;
    std::uint64_t number = 0; // set by Shadows
};

class Shadows {
  public:
    explicit Shadows(std::size_t limit) : limit_(limit) {}

    // Adds it, and returns its number, or renews the one of the same user and selector. None: it
    // was known, or there is no room.
    [[nodiscard]] std::optional<std::uint64_t> add(Shadow shadow);
    void erase(const gm_selector& selector, gm_u128 user);
    [[nodiscard]] bool erase(std::uint64_t number);
    // All that come from these addresses.
    void erase(const Prefix& addresses);
    [[nodiscard]] const Shadow* find(std::uint64_t number) const;
    void expire(std::uint64_t now_ns);

    // By number, which is the order in which they came.
    [[nodiscard]] const std::map<std::uint64_t, Shadow>& all() const { return shadows_; }

  private:
    using Key = std::tuple<gm_u128, std::uint16_t, std::uint16_t, gm_u128>;
    [[nodiscard]] static Key key_of(const gm_selector& selector, gm_u128 user);

    std::size_t limit_;
    std::uint64_t next_number_ = 1;
    std::map<std::uint64_t, Shadow> shadows_;
    std::map<Key, std::uint64_t> numbers_;
};

} // namespace gmguard::binding
