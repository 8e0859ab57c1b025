// SPDX-License-Identifier: BSD-2-Clause
// The names of enumerations in JSON, queries and metric labels. Those of checks and reasons come
// from gmguard/abi, where they are declared once.
#pragma once

#include "admin/guard.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace gmguard::admin {

[[nodiscard]] std::string_view name(gm_mode mode);         // "off", "monitor", "enforce"
[[nodiscard]] std::string_view name(gm_check check);       // "only_register", ...
[[nodiscard]] std::string_view name(gm_reason reason);     // "none", "malformed", ...
[[nodiscard]] std::string_view name(gm_hook hook);         // "front", "inside", ...
[[nodiscard]] std::string_view name(gm_binding_state s);   // "pending", "bound", ...
[[nodiscard]] std::string_view name(gm_side side);         // "gm", "core"
[[nodiscard]] std::string_view name(gm_profile profile);   // "annex-d"
[[nodiscard]] std::string_view name(gm_protection p);      // "esp", "terminated"
[[nodiscard]] std::string_view name(gm_protocol protocol); // "udp", "tcp"
[[nodiscard]] std::string_view name(XdpMode mode);         // "native", "generic"
[[nodiscard]] std::string_view name(EventType type);       // "drop", ...
[[nodiscard]] std::string_view name(SaDirection d);        // "in", "out", "other"
[[nodiscard]] std::string_view name(SaState state);        // "bound", ...

// nullopt: no such name.
[[nodiscard]] std::optional<gm_mode> mode_of(std::string_view name);
[[nodiscard]] std::optional<gm_check> check_of(std::string_view name);
[[nodiscard]] std::optional<gm_reason> reason_of(std::string_view name); // without "none"
[[nodiscard]] std::optional<gm_binding_state> state_of(std::string_view name);
[[nodiscard]] std::optional<gm_side> side_of(std::string_view name);
[[nodiscard]] std::optional<XdpMode> xdp_mode_of(std::string_view name);
[[nodiscard]] std::optional<EventType> event_type_of(std::string_view name);
[[nodiscard]] std::optional<SaDirection> sa_direction_of(std::string_view name);
[[nodiscard]] std::optional<SaState> sa_state_of(std::string_view name);

// The check whose mode decides what a reason does. REQUIRES: reason is not none.
[[nodiscard]] gm_check check_of(gm_reason reason);

// The counters of a gm_reason_counts, indexed by enum gm_reason.
[[nodiscard]] std::span<const __u64, GM_REASON_COUNT> array_of(const gm_reason_counts& counts);
// The modes of a gm_modes, indexed by enum gm_check.
[[nodiscard]] std::span<const gm_mode, GM_CHECK_COUNT> array_of(const gm_modes& modes);

} // namespace gmguard::admin
