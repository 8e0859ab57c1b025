// SPDX-License-Identifier: BSD-2-Clause
// gm_stream loads. What it does with segments only a socket can show: the Evasion and Stream cases.
#include "kernel/objects.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

TEST(Streams, AreJudged_OnThisKernel) {
    const auto objects = kernel::Objects::open_private(kernel::Sizes::of(64));
    ASSERT_TRUE(objects) << objects.error().text();
    const auto info = objects->info(kernel::Program::stream);
    ASSERT_TRUE(info) << info.error().text();
    EXPECT_GT(info->verified_instructions, 1'000u);
}

} // namespace
} // namespace gmguard::test
