// SPDX-License-Identifier: BSD-2-Clause
// The key of a binding (gm_selector): made from a source by its pool's form, and its text.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/keys.h"

#include <functional>
#include <string>

namespace gmguard::binding {

// The ports of a phone that its Security-Client names (TS 33.203 7.1): it sends from port_c and is
// sent to port_s. 0: none, or not one.
struct ClientPorts {
    std::uint16_t port_c = 0, port_s = 0;
};

// REQUIRES: form.bits <= 128.
[[nodiscard]] gm_selector make_selector(const Endpoint& source, gm_key_form form);

// The selector that a source has now.
using SelectorOf = std::function<gm_selector(const Endpoint&)>;

// As a selector is written everywhere, at most GM_SELECTOR_TEXT-1 characters:
//   "192.0.2.7:5060"  "[2001:db8::1]:5060"   the pair
//   "192.0.2.7"       "2001:db8::1"          the address, without port
//   "192.0.2.0/24"    "2001:db8:1:2::/64"    the prefix, without port
//   "192.0.2.0/24:5060"  "[2001:db8:1:2::/64]:5060"  the prefix with port
[[nodiscard]] std::string text(const gm_selector& selector);

// True where the selector has the form that its own address's pool demands now: a binding under
// another form is never found by the kernel.
[[nodiscard]] bool has_form(const gm_selector& selector, gm_key_form form);

[[nodiscard]] inline bool equal(const gm_selector& a, const gm_selector& b) {
    return a.address == b.address && a.port == b.port && a.bits == b.bits;
}

} // namespace gmguard::binding
