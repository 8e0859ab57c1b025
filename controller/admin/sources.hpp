// SPDX-License-Identifier: BSD-2-Clause
// What a request says of a binding that is to be made: read alike wherever one is.
#pragma once

#include "admin/guard.hpp"
#include "admin/json_read.hpp"

#include <optional>
#include <string_view>

namespace gmguard::admin {

// "192.0.2.7:5060", "[2001:db8::1]:5060"; an address or a prefix alone has port 0.
[[nodiscard]] std::optional<Endpoint> source_of(std::string_view text);

// Members impi, impus and expires_s.
void read_subscriber(ObjectReader& reader, BindingRequest& request);

} // namespace gmguard::admin
