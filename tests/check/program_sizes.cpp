// SPDX-License-Identifier: BSD-2-Clause
// Prints, a line for each program, its name and how many instructions the verifier looked at.
#include "kernel/objects.hpp"

#include <cstdio>

using gmguard::kernel::Objects;

int main() {
    const auto objects = Objects::open_private();
    if (!objects) {
        std::fprintf(stderr, "%s\n", objects.error().text().c_str());
        return 1;
    }
    for (std::size_t i = 0; i < gmguard::kernel::kPrograms; ++i) {
        const auto program = static_cast<gmguard::kernel::Program>(i);
        if (objects->fd(program) < 0)
            continue; // gm_show, where the kernel refuses it
        const auto info = objects->info(program);
        if (!info) {
            std::fprintf(stderr, "%s\n", info.error().text().c_str());
            return 1;
        }
        std::printf("%s %u\n", gmguard::kernel::name(program).data(), info->verified_instructions);
    }
    return 0;
}
