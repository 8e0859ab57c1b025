// SPDX-License-Identifier: BSD-2-Clause
// The sections of the schema, each from its table to its struct. What one value alone can get wrong
// is told here; what takes two sections to be wrong, in validate.hpp.
#pragma once

#include "config/section.hpp"

namespace gmguard::config {

[[nodiscard]] Interface read_interface(Section section);
[[nodiscard]] Listener read_listener(Section section);
[[nodiscard]] Core read_core(Section section);
[[nodiscard]] Cgroup read_cgroup(Section section);
[[nodiscard]] Pool read_pool(Section section);
struct Home {
    std::vector<std::string> domains;
    Reports reports;
};
[[nodiscard]] Home read_home(Section section);
[[nodiscard]] Limits read_limits(Section section);
[[nodiscard]] std::string read_pins(Section section);
[[nodiscard]] Store read_store(Section section);
[[nodiscard]] Admin read_admin(Section section);
[[nodiscard]] std::string read_log(Section section);

// The value of `mode` in a section, where it has one.
[[nodiscard]] std::optional<gm_mode> read_mode(Section& section, std::string_view key);

// Whether there is no control character in it.
[[nodiscard]] bool is_one_line(std::string_view text);

// Absolute, without an empty segment, and one line.
[[nodiscard]] bool is_clean_path(std::string_view text);

// A name that is shown in map dumps: required, printable ASCII, shorter than GM_NAME_TEXT.
[[nodiscard]] std::string read_name(Section& section);

} // namespace gmguard::config
