// SPDX-License-Identifier: BSD-2-Clause
// What each check makes of a message is found by asking again without the check that failed, until
// nothing does: so the programs themselves say it, not a second opinion.
#include "replay/replay.hpp"

#include "replay/datagram.hpp"
#include "replay/private_guard.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <set>

namespace gmguard::replay {
namespace {

constexpr std::uint32_t kBindings = 1024; // more than live ones are ever given

using Outcome = CheckResult::Outcome;

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

std::string guarded_ports(const config::Config& config) {
    std::set<std::uint16_t> ports;
    for (const auto& listener : config.listeners) {
        ports.insert(listener.unprotected_ports.begin(), listener.unprotected_ports.end());
        ports.insert(listener.protected_ports.begin(), listener.protected_ports.end());
    }
    return fmt::format("guarded are: {}", fmt::join(ports, ", "));
}

Result<> check_question(const config::Config& config, std::string_view sip, const Endpoint& from,
                        const Endpoint& to) {
    if (from.address.is_v4() != to.address.is_v4())
        return fail(ErrorKind::invalid, from.text() + " to " + to.text(),
                    "an IPv4 and an IPv6 address do not meet", "give both of one family");
    if (sip.size() > kLargestPayload)
        return fail(ErrorKind::invalid, "message",
                    fmt::format("{} bytes do not fit into a datagram", sip.size()),
                    fmt::format("{} do", kLargestPayload));
    if (!Sides(config).guarded_port(to.port))
        return fail(ErrorKind::invalid, "port " + std::to_string(to.port), "is not guarded",
                    guarded_ports(config));
    return {};
}

// The modes that count at `to`: its listener's, or the general one where there is none.
gm_modes modes_at(const config::Config& config, const Endpoint& to) {
    for (const auto& listener : config.listeners)
        if (listener.address == to.address)
            return config::effective_modes(config, listener);
    for (const auto& listener : config.listeners)
        if (listener.address.is_any())
            return config::effective_modes(config, listener);
    return config::effective_modes(config, config::Listener{});
}

gm_mode mode_of(const gm_modes& modes, gm_check check) {
    return reinterpret_cast<const gm_mode*>(&modes)[check];
}

void set_modes(config::Config& config, gm_check check, gm_mode mode) {
    for (auto& listener : config.listeners)
        listener.checks[check] = mode;
}

// Everything that is on, enforced; limits have counted this message already.
config::Config strict(config::Config config, const gm_modes& modes) {
    for (unsigned i = 0; i < GM_CHECK_COUNT; ++i) {
        const auto check = static_cast<gm_check>(i);
        const bool off = mode_of(modes, check) == GM_MODE_OFF;
        set_modes(config, check, off ? GM_MODE_OFF : GM_MODE_ENFORCE);
    }
    config.limits = {};
    return config;
}

// Whether the programs look on where this reason does not end it.
bool is_last_word(gm_reason reason) {
    switch (reason) {
    case GM_REASON_clear_response:
    case GM_REASON_other_scheme:
    case GM_REASON_unmatched_failure:
    case GM_REASON_contact_mismatch:
    case GM_REASON_foreign_domain:
    case GM_REASON_spoofed_source:
        return false;
    default:
        return true;
    }
}

Result<Finding> ask(PrivateGuard& guard, const config::Config& config, const Frame& frame) {
    if (const auto configured = guard.configure(config); !configured)
        return fail(configured.error());
    std::optional<Finding> said;
    const Sink sink = [&](const Finding& finding) { said = finding; };
    Walk walk(config, guard, sink);
    if (const auto taken = walk.take(frame); !taken)
        return fail(taken.error());
    if (!said)
        return fail(ErrorKind::invalid, "message", "it comes from the core, which is not judged",
                    "give the address of a phone");
    return std::move(*said);
}

std::vector<CheckResult> unjudged(const gm_modes& modes) {
    std::vector<CheckResult> out(GM_CHECK_COUNT);
    for (unsigned i = 0; i < GM_CHECK_COUNT; ++i) {
        out[i].check = static_cast<gm_check>(i);
        out[i].mode = mode_of(modes, out[i].check);
        out[i].outcome = out[i].mode == GM_MODE_OFF ? Outcome::off : Outcome::holds;
    }
    return out;
}

void note_failure(std::vector<CheckResult>& checks, gm_reason reason, bool knows_live) {
    CheckResult& failed = checks[check_of(reason)];
    failed.outcome = Outcome::fails;
    failed.reason = reason;
    failed.detail = text(reason);
    if (reason == GM_REASON_unmatched_failure)
        failed.detail += " (no challenge is known here)";
    if (reason == GM_REASON_unregistered && !knows_live)
        failed.detail += " (no registration is known here)";
    if (!is_last_word(reason))
        return;
    for (CheckResult& other : checks)
        if (other.outcome == Outcome::holds)
            other.outcome = Outcome::not_judged;
}

Result<std::vector<CheckResult>> ask_each(PrivateGuard& guard, const config::Config& config,
                                          const gm_modes& modes, const Frame& frame,
                                          bool knows_live) {
    auto checks = unjudged(modes);
    config::Config trial = strict(config, modes);
    for (unsigned i = 0; i < GM_CHECK_COUNT; ++i) {
        const auto said = ask(guard, trial, frame);
        if (!said)
            return fail(said.error());
        const gm_reason reason = said->judgement.reason;
        if (reason == GM_REASON_none)
            break;
        note_failure(checks, reason, knows_live);
        if (is_last_word(reason))
            break;
        set_modes(trial, check_of(reason), GM_MODE_OFF);
    }
    return checks;
}

} // namespace

Result<Explanation> explain(const config::Config& config, std::string_view sip,
                            const Endpoint& from, const Endpoint& to,
                            std::span<const binding::Add> live) {
    if (const auto asked = check_question(config, sip, from, to); !asked)
        return fail(asked.error());
    const auto guard = PrivateGuard::open(config, kBindings);
    if (!guard)
        return fail(guard.error());
    const Frame frame{1, now_ns(), datagram(sip, from, to)};
    for (binding::Add binding : live) {
        binding.now_ns = frame.time_ns;
        if (const auto bound = (*guard)->bind(binding); !bound)
            return fail(bound.error());
    }
    auto finding = ask(**guard, config, frame);
    if (!finding)
        return fail(finding.error());
    auto checks = ask_each(**guard, config, modes_at(config, to), frame, !live.empty());
    if (!checks)
        return fail(checks.error());
    return Explanation{std::move(*finding), std::move(*checks)};
}

} // namespace gmguard::replay
