// SPDX-License-Identifier: BSD-2-Clause
// Timers E and F (RFC 3261 17.1.2.2), by a clock of the test.
#include "home/transaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace gmguard::home {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kBegin = 7'000 * kMs;

// Milliseconds after the begin at which it sends again; the last one is when it gives up.
std::vector<std::uint64_t> times(std::uint64_t provisional_ms = 1'000'000) {
    Transaction transaction(kBegin);
    std::vector<std::uint64_t> out;
    for (std::uint64_t ms = 0; ms <= 40'000; ++ms) {
        if (ms == provisional_ms)
            transaction.proceed();
        const auto step = transaction.step(kBegin + ms * kMs);
        if (step != Transaction::Step::wait)
            out.push_back(ms);
        if (step == Transaction::Step::give_up)
            break;
    }
    return out;
}

TEST(Transaction, SendsAgainByTimerE_UntilTimerF) {
    EXPECT_THAT(times(), testing::ElementsAre(500, 1'500, 3'500, 7'500, 11'500, 15'500, 19'500,
                                              23'500, 27'500, 31'500, 32'000));
}

TEST(Transaction, SendsEveryT2_AfterAProvisionalAnswer) {
    EXPECT_THAT(times(600), testing::ElementsAre(500, 1'500, 5'500, 9'500, 13'500, 17'500, 21'500,
                                                 25'500, 29'500, 32'000));
}

TEST(Transaction, SendsOnce_WhenItIsLate) {
    Transaction transaction(kBegin);
    EXPECT_EQ(transaction.step(kBegin + 9'000 * kMs), Transaction::Step::send);
    EXPECT_EQ(transaction.step(kBegin + 9'000 * kMs), Transaction::Step::wait);
    EXPECT_EQ(transaction.due_ns(), kBegin + 10'000 * kMs);
    EXPECT_EQ(transaction.step(kBegin + 99'000 * kMs), Transaction::Step::give_up);
}

} // namespace
} // namespace gmguard::home
