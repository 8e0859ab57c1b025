// SPDX-License-Identifier: BSD-2-Clause
#include "replay/finding.hpp"

namespace gmguard::replay {

std::string_view name(gm_hook hook) {
    switch (hook) {
    case GM_HOOK_FRONT:
        return "front";
    case GM_HOOK_INSIDE:
        return "inside";
    case GM_HOOK_ANSWERS:
        return "answers";
    default:
        return "onward";
    }
}

std::string_view name(gm_verdict verdict) {
    switch (verdict) {
    case GM_VERDICT_DROP:
        return "drop";
    case GM_VERDICT_WOULD_DROP:
        return "would_drop";
    default:
        return "pass";
    }
}

std::string_view name(CheckResult::Outcome outcome) {
    switch (outcome) {
    case CheckResult::Outcome::fails:
        return "fails";
    case CheckResult::Outcome::not_judged:
        return "not_judged";
    case CheckResult::Outcome::off:
        return "off";
    default:
        return "holds";
    }
}

#define GM_NAME_CASE(number, name, check, when, text)                                              \
    case GM_REASON_##name:                                                                         \
        return #name;
std::string_view name(gm_reason reason) {
    switch (reason) {
        GM_REASONS(GM_NAME_CASE)
    default:
        return "none";
    }
}
#undef GM_NAME_CASE

#define GM_TEXT_CASE(number, name, check, when, text)                                              \
    case GM_REASON_##name:                                                                         \
        return text;
std::string_view text(gm_reason reason) {
    switch (reason) {
        GM_REASONS(GM_TEXT_CASE)
    default:
        return "nothing is against it";
    }
}
#undef GM_TEXT_CASE

#define GM_CHECK_CASE(number, name, check, when, text)                                             \
    case GM_REASON_##name:                                                                         \
        return GM_CHECK_##check;
gm_check check_of(gm_reason reason) {
    switch (reason) {
        GM_REASONS(GM_CHECK_CASE)
    default:
        return GM_CHECK_unambiguous;
    }
}
#undef GM_CHECK_CASE

} // namespace gmguard::replay
