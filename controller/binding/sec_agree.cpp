// SPDX-License-Identifier: BSD-2-Clause
#include "binding/sec_agree.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::binding {
namespace {

void add_lower(std::string& line, std::string_view text) {
    const auto begin = static_cast<std::ptrdiff_t>(line.size());
    line.append(text) += ';';
    std::transform(line.begin() + begin, line.end(), line.begin() + begin, [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

void add_number(std::string& line, std::uint32_t number) {
    line.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// The defaults of TS 33.203 Annex H.
void add_line(std::string& line, const sip::SecurityMechanism& m) {
    const auto or_else = [](std::string_view text, std::string_view otherwise) {
        return text.empty() ? otherwise : text;
    };
    add_lower(line, m.mechanism);
    add_lower(line, m.alg);
    add_lower(line, or_else(m.ealg, "null"));
    add_lower(line, or_else(m.prot, "esp"));
    add_lower(line, or_else(m.mod, "trans"));
    add_number(line, m.spi_c.value_or(0));
    add_number(line, m.spi_s.value_or(0));
    add_number(line, m.port_c.value_or(0));
    add_number(line, m.port_s.value_or(0));
}

gm_u128 key_of_several(std::span<const sip::SecurityMechanism> mechanisms, const Hasher& hasher) {
    std::vector<std::string> lines(mechanisms.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        add_line(lines[i], mechanisms[i]);
    std::ranges::sort(lines);
    std::string all;
    for (const auto& line : lines)
        all += line;
    return hasher.bytes(all);
}

} // namespace

gm_u128 agreement_key(std::span<const sip::SecurityMechanism> mechanisms, const Hasher& hasher) {
    if (mechanisms.empty())
        return 0;
    if (mechanisms.size() > 1)
        return key_of_several(mechanisms, hasher);
    thread_local std::string line; // its room is kept
    line.clear();
    add_line(line, mechanisms.front());
    return hasher.bytes(line);
}

} // namespace gmguard::binding
