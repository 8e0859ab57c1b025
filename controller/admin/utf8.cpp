// SPDX-License-Identifier: BSD-2-Clause
#include "admin/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace gmguard::admin {
namespace {

unsigned char byte(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

// How many bytes the lead byte announces; 0: it leads nothing.
std::size_t announced(unsigned char lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0)
        return 2;
    if (lead >= 0xe0 && lead < 0xf0)
        return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

// No overlong forms, no surrogates, nothing beyond U+10FFFF: all are decided by the second byte.
bool second_fits(unsigned char lead, unsigned char second) {
    const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

// Length of the well-formed sequence at the start; 0: there is none.
std::size_t sequence(std::string_view bytes) {
    const std::size_t length = announced(byte(bytes, 0));
    if (length == 0 || length > bytes.size())
        return 0;
    if (length > 1 && !second_fits(byte(bytes, 0), byte(bytes, 1)))
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte(bytes, i) & 0xc0) != 0x80)
            return 0;
    return length;
}

} // namespace

std::string as_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = sequence(bytes);
        text += length ? bytes.substr(0, length) : std::string_view("\xef\xbf\xbd");
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

} // namespace gmguard::admin
