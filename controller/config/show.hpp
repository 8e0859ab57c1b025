// SPDX-License-Identifier: BSD-2-Clause
// The configuration as it takes effect, every value with where it comes from.
#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace gmguard::config {

struct Setting {
    std::string section; // its heading: "", "[core]", "[[listener]]", "[listener.checks]"
    std::string path;    // "listener[0].checks.contact_source"
    std::string key;     // "contact_source"
    std::string value;   // as TOML writes it
    std::string json;    // the same as JSON
    std::string origin;  // "FILE:LINE", or "default"
};

// Ascending ports as the file has them: [5060, "5100-5109"].
[[nodiscard]] std::string ports_text(const std::vector<std::uint16_t>& ports);

// In the order of the schema. A check's mode is the one in effect, its origin where that was said.
[[nodiscard]] std::vector<Setting> settings(const Config& config);

// A file that means the same as `config`, with the origin of each value behind it.
[[nodiscard]] std::string to_toml(const Config& config);

} // namespace gmguard::config
