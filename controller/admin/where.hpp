// SPDX-License-Identifier: BSD-2-Clause
// Where the admin interface is: "unix:/path", "http://ADDR:PORT" or "https://HOST:PORT".
#pragma once

#include "base/address.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace gmguard::admin {

struct Where {
    enum class Kind : std::uint8_t { local, http, https };
    Kind kind = Kind::local;
    std::string path; // local: absolute, at most 107 bytes
    std::string host; // else: a name or an address, without brackets
    std::uint16_t port = 0;

    // Error: invalid.
    [[nodiscard]] static Result<Where> parse(std::string_view text);
    // The address, where the host is one.
    [[nodiscard]] std::optional<Address> address() const { return Address::parse(host); }
};

} // namespace gmguard::admin
