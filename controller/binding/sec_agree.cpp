// SPDX-License-Identifier: BSD-2-Clause
#include "binding/sec_agree.hpp"

#include "sip/tokens.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gmguard::binding {
namespace {

// The defaults of TS 33.203 Annex H.
std::string line_of(const sip::SecurityMechanism& m) {
    const auto or_else = [](const std::string& text, const char* otherwise) {
        return text.empty() ? otherwise : sip::lower(text);
    };
    return fmt::format("{};{};{};{};{};{};{};{};{}", sip::lower(m.mechanism), sip::lower(m.alg),
                       or_else(m.ealg, "null"), or_else(m.prot, "esp"), or_else(m.mod, "trans"),
                       m.spi_c.value_or(0), m.spi_s.value_or(0), m.port_c.value_or(0),
                       m.port_s.value_or(0));
}

} // namespace

gm_u128 agreement_key(std::span<const sip::SecurityMechanism> mechanisms, const Hasher& hasher) {
    if (mechanisms.empty())
        return 0;
    if (mechanisms.size() == 1)
        return hasher.bytes(line_of(mechanisms.front()));
    std::vector<std::string> lines;
    for (const auto& mechanism : mechanisms)
        lines.push_back(line_of(mechanism));
    std::ranges::sort(lines);
    return hasher.bytes(fmt::format("{}", fmt::join(lines, "\n")));
}

} // namespace gmguard::binding
