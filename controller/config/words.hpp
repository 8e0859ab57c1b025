// SPDX-License-Identifier: BSD-2-Clause
// The words that people write and read for the enums of gmguard/abi.
#pragma once

#include "config/config.hpp"

#include <optional>
#include <string_view>

namespace gmguard::config {

[[nodiscard]] std::string_view word(gm_mode mode);             // off monitor enforce
[[nodiscard]] std::string_view word(gm_check check);           // only_register ...
[[nodiscard]] std::string_view word(gm_conflict conflict);     // strict contest
[[nodiscard]] std::string_view word(gm_emergency emergency);   // deny registered-only allow
[[nodiscard]] std::string_view word(gm_profile profile);       // annex-d ts33203
[[nodiscard]] std::string_view word(gm_protection protection); // esp terminated
[[nodiscard]] std::string_view word(gm_side side);             // gm core
[[nodiscard]] std::string_view word(XdpMode mode);             // native generic

[[nodiscard]] std::optional<gm_mode> mode_of(std::string_view word);
[[nodiscard]] std::optional<gm_check> check_of(std::string_view word);

} // namespace gmguard::config
