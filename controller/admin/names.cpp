// SPDX-License-Identifier: BSD-2-Clause
#include "admin/names.hpp"

#include <array>
#include <cstddef>

namespace gmguard::admin {
namespace {

template <typename T> struct Name {
    T value;
    std::string_view text;
};

constexpr std::array kModes{
    Name{GM_MODE_OFF, "off"},
    Name{GM_MODE_MONITOR, "monitor"},
    Name{GM_MODE_ENFORCE, "enforce"},
};
constexpr std::array kHooks{
    Name{GM_HOOK_FRONT, "front"},
    Name{GM_HOOK_INSIDE, "inside"},
    Name{GM_HOOK_ANSWERS, "answers"},
    Name{GM_HOOK_ONWARD, "onward"},
};
constexpr std::array kStates{
    Name{GM_STATE_PENDING, "pending"},   Name{GM_STATE_BOUND, "bound"},
    Name{GM_STATE_SHADOW, "shadow"},     Name{GM_STATE_ADOPTED, "adopted"},
    Name{GM_STATE_COOLDOWN, "cooldown"}, Name{GM_STATE_LAPSED, "lapsed"},
};
constexpr std::array kSides{Name{GM_SIDE_GM, "gm"}, Name{GM_SIDE_CORE, "core"}};
constexpr std::array kProfiles{
    Name{GM_PROFILE_ANNEX_D, "annex-d"},
    Name{GM_PROFILE_TS33203, "ts33203"},
};
constexpr std::array kProtections{
    Name{GM_PROTECTION_ESP, "esp"},
    Name{GM_PROTECTION_TERMINATED, "terminated"},
};
constexpr std::array kProtocols{Name{GM_UDP, "udp"}, Name{GM_TCP, "tcp"}};
constexpr std::array kXdpModes{Name{XdpMode::native, "native"}, Name{XdpMode::generic, "generic"}};
constexpr std::array kEventTypes{
    Name{EventType::drop, "drop"},
    Name{EventType::would_drop, "would_drop"},
    Name{EventType::bound, "bound"},
    Name{EventType::refreshed, "refreshed"},
    Name{EventType::moved, "moved"},
    Name{EventType::released, "released"},
    Name{EventType::expired, "expired"},
    Name{EventType::lapsed, "lapsed"},
    Name{EventType::conflict, "conflict"},
    Name{EventType::shadowed, "shadowed"},
    Name{EventType::contested, "contested"},
    Name{EventType::superseded, "superseded"},
    Name{EventType::address_conflict, "address_conflict"},
    Name{EventType::challenged, "challenged"},
    Name{EventType::auth_timeout, "auth_timeout"},
    Name{EventType::reported, "reported"},
    Name{EventType::forged_answer, "forged_answer"},
    Name{EventType::not_believed, "not_believed"},
    Name{EventType::sec_agree_mismatch, "sec_agree_mismatch"},
    Name{EventType::port_reused, "port_reused"},
    Name{EventType::adopted, "adopted"},
    Name{EventType::attached, "attached"},
    Name{EventType::detached, "detached"},
    Name{EventType::mode_changed, "mode_changed"},
    Name{EventType::config_changed, "config_changed"},
    Name{EventType::lost, "lost"},
    Name{EventType::alarm, "alarm"},
};

constexpr std::array kSaDirections{
    Name{SaDirection::in, "in"},
    Name{SaDirection::out, "out"},
    Name{SaDirection::other, "other"},
};
constexpr std::array kSaStates{
    Name{SaState::bound, "bound"},
    Name{SaState::pending, "pending"},
    Name{SaState::unattributed, "unattributed"},
    Name{SaState::orphan, "orphan"},
    Name{SaState::stale, "stale"},
    Name{SaState::refused, "refused"},
    Name{SaState::unguarded, "unguarded"},
};

#define NAME_CHECK(number, name, text) Name{GM_CHECK_##name, #name},
constexpr std::array kChecks{GM_CHECKS(NAME_CHECK)};
#undef NAME_CHECK

#define NAME_REASON(number, name, check, when, text) Name{GM_REASON_##name, #name},
constexpr std::array kReasons{GM_REASONS(NAME_REASON)};
#undef NAME_REASON

#define CHECK_OF_REASON(number, name, check, when, text) Name{GM_REASON_##name, #check},
constexpr std::array kChecksOfReasons{GM_REASONS(CHECK_OF_REASON)};
#undef CHECK_OF_REASON

template <typename T, std::size_t N>
std::string_view text_of(const std::array<Name<T>, N>& names, T value) {
    for (const auto& each : names)
        if (each.value == value)
            return each.text;
    return "unknown";
}

template <typename T, std::size_t N>
std::optional<T> value_of(const std::array<Name<T>, N>& names, std::string_view text) {
    for (const auto& each : names)
        if (each.text == text)
            return each.value;
    return std::nullopt;
}

} // namespace

std::string_view name(gm_mode mode) {
    return text_of(kModes, mode);
}
std::string_view name(gm_check check) {
    return text_of(kChecks, check);
}
std::string_view name(gm_reason reason) {
    return reason == GM_REASON_none ? "none" : text_of(kReasons, reason);
}
std::string_view name(gm_hook hook) {
    return text_of(kHooks, hook);
}
std::string_view name(gm_binding_state state) {
    return text_of(kStates, state);
}
std::string_view name(gm_side side) {
    return text_of(kSides, side);
}
std::string_view name(gm_profile profile) {
    return text_of(kProfiles, profile);
}
std::string_view name(gm_protection protection) {
    return text_of(kProtections, protection);
}
std::string_view name(gm_protocol protocol) {
    return text_of(kProtocols, protocol);
}
std::string_view name(XdpMode mode) {
    return text_of(kXdpModes, mode);
}
std::string_view name(EventType type) {
    return text_of(kEventTypes, type);
}

std::string_view name(SaDirection direction) {
    return text_of(kSaDirections, direction);
}
std::string_view name(SaState state) {
    return text_of(kSaStates, state);
}

std::optional<gm_mode> mode_of(std::string_view text) {
    return value_of(kModes, text);
}
std::optional<gm_check> check_of(std::string_view text) {
    return value_of(kChecks, text);
}
std::optional<gm_reason> reason_of(std::string_view text) {
    return value_of(kReasons, text);
}
std::optional<gm_binding_state> state_of(std::string_view text) {
    return value_of(kStates, text);
}
std::optional<gm_side> side_of(std::string_view text) {
    return value_of(kSides, text);
}
std::optional<XdpMode> xdp_mode_of(std::string_view text) {
    return value_of(kXdpModes, text);
}
std::optional<EventType> event_type_of(std::string_view text) {
    return value_of(kEventTypes, text);
}
std::optional<SaDirection> sa_direction_of(std::string_view text) {
    return value_of(kSaDirections, text);
}
std::optional<SaState> sa_state_of(std::string_view text) {
    return value_of(kSaStates, text);
}

gm_check check_of(gm_reason reason) {
    return *check_of(text_of(kChecksOfReasons, reason));
}

std::span<const __u64, GM_REASON_COUNT> array_of(const gm_reason_counts& counts) {
    return std::span<const __u64, GM_REASON_COUNT>(reinterpret_cast<const __u64*>(&counts),
                                                   GM_REASON_COUNT);
}

std::span<const gm_mode, GM_CHECK_COUNT> array_of(const gm_modes& modes) {
    return std::span<const gm_mode, GM_CHECK_COUNT>(reinterpret_cast<const gm_mode*>(&modes),
                                                    GM_CHECK_COUNT);
}

} // namespace gmguard::admin
