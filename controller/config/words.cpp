// SPDX-License-Identifier: BSD-2-Clause
#include "config/words.hpp"

#include <array>
#include <utility>

namespace gmguard::config {
namespace {

#define GM_CHECK_WORD(number, name, text) std::string_view{#name},
constexpr std::array kChecks{GM_CHECKS(GM_CHECK_WORD)};
#undef GM_CHECK_WORD

constexpr std::array<std::string_view, 3> kModes{"off", "monitor", "enforce"};

template <std::size_t N>
std::optional<std::size_t> place_of(const std::array<std::string_view, N>& words,
                                    std::string_view word) {
    for (std::size_t i = 0; i < N; ++i)
        if (words[i] == word)
            return i;
    return std::nullopt;
}

} // namespace

std::string_view word(gm_mode mode) {
    return kModes.at(static_cast<std::size_t>(mode));
}
std::string_view word(gm_check check) {
    return kChecks.at(static_cast<std::size_t>(check));
}
std::string_view word(gm_conflict conflict) {
    return conflict == GM_CONFLICT_STRICT ? "strict" : "contest";
}

std::string_view word(gm_emergency emergency) {
    return emergency == GM_EMERGENCY_ALLOW        ? "allow"
           : emergency == GM_EMERGENCY_REGISTERED ? "registered-only"
                                                  : "deny";
}

std::string_view word(gm_profile profile) {
    return profile == GM_PROFILE_ANNEX_D ? "annex-d" : "ts33203";
}
std::string_view word(gm_protection protection) {
    return protection == GM_PROTECTION_ESP ? "esp" : "terminated";
}
std::string_view word(gm_side side) {
    return side == GM_SIDE_GM ? "gm" : "core";
}
std::string_view word(XdpMode mode) {
    return mode == XdpMode::native ? "native" : "generic";
}

std::optional<gm_mode> mode_of(std::string_view text) {
    const auto place = place_of(kModes, text);
    return place ? std::optional(static_cast<gm_mode>(*place)) : std::nullopt;
}

std::optional<gm_check> check_of(std::string_view text) {
    const auto place = place_of(kChecks, text);
    return place ? std::optional(static_cast<gm_check>(*place)) : std::nullopt;
}

} // namespace gmguard::config
