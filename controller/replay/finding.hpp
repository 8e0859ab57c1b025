// SPDX-License-Identifier: BSD-2-Clause
// What replay and explain say of one packet: a public contract, the same for both.
#pragma once

#include "base/address.hpp"
#include "gmguard/abi/events.h"
#include "sip/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::replay {

struct Judgement {
    gm_verdict verdict = GM_VERDICT_PASS;
    gm_reason reason = GM_REASON_none; // none exactly where the verdict is pass
};

// A packet that came in ESP.
struct Esp {
    std::optional<std::uint32_t> spi; // not there: a later fragment's
    std::optional<bool> encrypted;    // not there: a fragment, of which nothing can be told alone
};

struct Finding {
    std::string file;          // not in the JSON
    std::uint64_t frame = 0;   // in its file, from 1
    std::uint64_t time_ns = 0; // of the capture, since 1970
    gm_hook hook = GM_HOOK_FRONT;
    Address source, destination;
    std::optional<std::uint16_t> source_port, destination_port; // not there: a lost fragment's
    gm_protocol protocol = GM_UDP; // of what is in ESP that is not encrypted; else ESP is told
    std::optional<Esp> esp;
    Judgement judgement;
    std::optional<sip::Message> sip;
};

// What one check made of the message of an explain.
struct CheckResult {
    gm_check check = GM_CHECK_only_register;
    gm_mode mode = GM_MODE_OFF;
    enum class Outcome : std::uint8_t {
        holds,      // nothing against the message
        fails,      // `reason` says why; dropped in enforce
        not_judged, // an earlier check left nothing to judge it by
        off,
    } outcome = Outcome::holds;
    gm_reason reason = GM_REASON_none;
    std::string detail; // for people
};

struct Explanation {
    Finding finding;
    std::vector<CheckResult> checks; // in the order of enum gm_check
};

// One JSON object in one line, members in the order of the contract. Bytes that are no UTF-8 are
// shown as U+FFFD. "spi" and "encrypted" are there where the packet came in ESP.
[[nodiscard]] std::string json(const Finding& finding);
// The same with a last member "checks".
[[nodiscard]] std::string json(const Explanation& explanation);

// "2026-01-02T03:04:05.678901Z"
[[nodiscard]] std::string utc(std::uint64_t time_ns);

[[nodiscard]] std::string_view name(gm_hook hook);       // "front", "inside", "answers", "onward"
[[nodiscard]] std::string_view name(gm_verdict verdict); // "pass", "would_drop", "drop"
[[nodiscard]] std::string_view name(gm_reason reason);   // "none", "malformed", ...
[[nodiscard]] std::string_view name(CheckResult::Outcome outcome); // "holds", "fails", ...
// What the reason means, one clause.
[[nodiscard]] std::string_view text(gm_reason reason);
// The check that a reason belongs to. REQUIRES: not none.
[[nodiscard]] gm_check check_of(gm_reason reason);

} // namespace gmguard::replay
