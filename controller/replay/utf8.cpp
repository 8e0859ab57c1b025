// SPDX-License-Identifier: BSD-2-Clause
#include "replay/utf8.hpp"

#include <cstdint>

namespace gmguard::replay {
namespace {

struct Lead {
    std::size_t more = 0;       // continuation bytes
    unsigned low = 0, high = 0; // of the first continuation byte: RFC 3629 4
};

// more == 0: this byte begins no sequence of several.
Lead lead_of(unsigned byte) {
    if (byte >= 0xc2 && byte <= 0xdf)
        return {1, 0x80, 0xbf};
    if (byte >= 0xe0 && byte <= 0xef)
        return {2, byte == 0xe0 ? 0xa0u : 0x80u, byte == 0xed ? 0x9fu : 0xbfu};
    if (byte >= 0xf0 && byte <= 0xf4)
        return {3, byte == 0xf0 ? 0x90u : 0x80u, byte == 0xf4 ? 0x8fu : 0xbfu};
    return {};
}

// Bytes of the well-formed sequence at the start of `bytes`; 0: there is none.
std::size_t sequence(std::string_view bytes) {
    const auto at = [bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    if (at(0) < 0x80)
        return 1;
    const Lead lead = lead_of(at(0));
    if (lead.more == 0 || bytes.size() <= lead.more || at(1) < lead.low || at(1) > lead.high)
        return 0;
    for (std::size_t i = 2; i <= lead.more; ++i)
        if ((at(i) & 0xc0) != 0x80)
            return 0;
    return lead.more + 1;
}

} // namespace

std::string to_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t good = sequence(bytes);
        if (good == 0)
            out += "\xef\xbf\xbd";
        else
            out += bytes.substr(0, good);
        bytes.remove_prefix(good == 0 ? 1 : good);
    }
    return out;
}

} // namespace gmguard::replay
