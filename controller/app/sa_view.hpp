// SPDX-License-Identifier: BSD-2-Clause
// SAs in the words of the admin interface.
#pragma once

#include "admin/sa.hpp"
#include "app/sa_feeds.hpp"
#include "app/sa_owner.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::app {

[[nodiscard]] admin::SaInstalled shown(const xfrm::Sa& sa,
                                       const std::vector<xfrm::Policy>& policies);
[[nodiscard]] admin::SaAgreed shown(const sip::SecurityMechanism& mechanism);
[[nodiscard]] admin::SaState state_of(admin::SaDirection direction, xfrm::Standing standing);

// A place as a cursor of pages, and back; nothing where the text is none.
[[nodiscard]] std::string cursor_of(const SaPlace& place);
[[nodiscard]] std::optional<SaPlace> place_of(std::string_view cursor);

// "4097" or "0x1001".
[[nodiscard]] std::optional<std::uint32_t> spi_of(std::string_view text);

} // namespace gmguard::app
