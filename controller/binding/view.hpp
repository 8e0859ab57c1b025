// SPDX-License-Identifier: BSD-2-Clause
// What can be asked about bindings: for the admin interface.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::binding {

enum class Origin : std::uint8_t {
    registration, // learned from the wire
    api,          // put there by hand
    adopted,      // found in the maps at start
};

struct BindingView {
    std::string id; // "b_...": stable for the life of the binding, never used again
    gm_selector selector{};
    gm_binding_state state = GM_STATE_BOUND; // any
    Origin origin = Origin::registration;
    std::uint64_t subscriber = 0; // 0 for pending and shadow
    std::string impi;
    // The default comes first. An identity that was adopted from the maps is known by its hash
    // alone until the next registration: such a one is "".
    std::vector<std::string> impus;
    std::uint64_t since_ns = 0;
    std::uint64_t expires_ns = 0;
};

// All that is given must hold.
struct Query {
    std::string impi = {};               // by canonical form
    std::string impu = {};               // by canonical form
    std::optional<Address> address = {}; // the selector covers it
    std::optional<Prefix> prefix = {};   // the selector lies in it
    std::optional<gm_binding_state> state = {};
    std::string text = {}; // occurs, ignoring case, in selector, impi or an impu
    std::size_t limit = 100;
    std::uint64_t cursor = 0; // Page::next of the page before; 0: from the start
};

// In an order that does not change while bindings come and go: what is there all the time is
// shown exactly once.
struct Page {
    std::vector<BindingView> items;
    std::uint64_t next = 0; // 0: this was the last page
    std::size_t total = 0;  // matches of the whole query
};

struct Counts {
    std::size_t pending = 0, bound = 0, shadow = 0, adopted = 0, lapsed = 0,
                cooldown = 0;     // by state
    std::size_t selectors = 0;    // entries of gm_bindings
    std::size_t identities = 0;   // entries of gm_owners
    std::size_t transactions = 0; // open ones and those that are still absorbed

    [[nodiscard]] std::size_t in_kernel() const { return bound + adopted + lapsed + cooldown; }
};

} // namespace gmguard::binding
