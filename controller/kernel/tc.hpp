// SPDX-License-Identifier: BSD-2-Clause
// gm_answers at TC egress, by a filter of clsact. All calls are for the namespace of the calling
// thread.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>

namespace gmguard::kernel {

// Where the filter stands, on every interface: first, because a filter before it could end the
// walk and it would see no answer.
inline constexpr std::uint32_t kTcPriority = 1;
inline constexpr std::uint32_t kTcHandle = 0x676d; // "gm"

// Attaches or replaces. True: clsact was not there and has been made. Kind conflict where another
// program has the handle.
[[nodiscard]] Result<bool> put_filter(int program, unsigned ifindex, const std::string& name);

// The program's id; 0: not attached.
[[nodiscard]] std::uint32_t filter_program(unsigned ifindex);

// Nothing there is no error. `clsact`: that goes too, where no other filter uses it.
[[nodiscard]] Result<> drop_filter(unsigned ifindex, bool clsact, const std::string& name);

} // namespace gmguard::kernel
