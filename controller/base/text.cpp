// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"

#include <cstdint>

namespace gmguard {
namespace {

struct Character {
    std::size_t bytes = 1;
    std::uint32_t code = 0; // 0: no UTF-8
};

std::size_t length_of(unsigned char first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

// Codes that `bytes` bytes may write: less is an overlong form.
constexpr std::uint32_t kLeast[]{0, 0, 0x80, 0x800, 0x10000};

Character character_at(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t bytes = length_of(first);
    if (bytes == 0 || bytes > text.size())
        return {};
    std::uint32_t code = bytes == 1 ? first : first & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0) != 0x80)
            return {};
        code = code << 6 | (next & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < kLeast[bytes] || surrogate || code > 0x10ffff ? Character{}
                                                                : Character{bytes, code};
}

bool is_harmless(std::uint32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const bool direction = code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
                           (code >= 0x2066 && code <= 0x2069) || code == 0x61c || code == 0xfeff;
    return !control && !direction;
}

std::string escape(char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    return {'\\', 'x', digits[value >> 4], digits[value & 0xf]};
}

} // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto [bytes, code] = character_at(text);
        if (is_harmless(code))
            out += text.substr(0, bytes);
        else
            for (const char byte : text.substr(0, bytes))
                out += escape(byte);
        text.remove_prefix(bytes);
    }
    return out;
}

std::string printable(std::string_view text, std::size_t most) {
    return printable(text.substr(0, most)) + (text.size() > most ? "..." : "");
}

} // namespace gmguard
