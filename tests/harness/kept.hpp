// SPDX-License-Identifier: BSD-2-Clause
// Strings as parts of a message: they stay until the test program ends.
#pragma once

#include "sip/text.hpp"

#include <forward_list>
#include <string>
#include <utility>

namespace gmguard::test {

[[nodiscard]] inline sip::Text kept(std::string text) {
    static std::forward_list<std::string> all;
    return sip::Text::of(all.emplace_front(std::move(text)));
}

} // namespace gmguard::test
