// SPDX-License-Identifier: BSD-2-Clause
#include "admin/sources.hpp"

#include <limits>

namespace gmguard::admin {
namespace {

constexpr std::size_t kMaxImpus = 100;

} // namespace

std::optional<Endpoint> source_of(std::string_view text) {
    if (const auto endpoint = Endpoint::parse(text))
        return endpoint;
    if (const auto prefix = Prefix::parse(text)) // an address alone, too
        return Endpoint{prefix->address, 0};
    return std::nullopt;
}

void read_subscriber(ObjectReader& reader, BindingRequest& request) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    request.impi = reader.text("impi").value_or("");
    request.impus = reader.texts("impus", kMaxImpus).value_or(std::vector<std::string>{});
    request.expires_s = static_cast<std::uint32_t>(reader.number("expires_s", 1, most).value_or(0));
}

} // namespace gmguard::admin
