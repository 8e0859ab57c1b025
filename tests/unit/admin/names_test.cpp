// SPDX-License-Identifier: BSD-2-Clause
#include "admin/names.hpp"

#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

TEST(Names, OfReasonsAndChecksAreTheirOwn) {
    for (unsigned i = 1; i < GM_REASON_COUNT; ++i)
        EXPECT_EQ(reason_of(name(static_cast<gm_reason>(i))), static_cast<gm_reason>(i));
    for (unsigned i = 0; i < GM_CHECK_COUNT; ++i)
        EXPECT_EQ(check_of(name(static_cast<gm_check>(i))), static_cast<gm_check>(i));
}

TEST(Names, OfEventTypesAreAllThere) {
    for (unsigned i = 0; i <= static_cast<unsigned>(EventType::alarm); ++i) {
        const auto type = static_cast<EventType>(i);
        EXPECT_EQ(event_type_of(name(type)), type) << i;
    }
}

TEST(Names, UnknownOnesAreNothing) {
    EXPECT_FALSE(mode_of("ENFORCE"));
    EXPECT_FALSE(reason_of("none"));
    EXPECT_FALSE(check_of(""));
}

TEST(Names, AReasonTellsItsCheck) {
    EXPECT_EQ(check_of(GM_REASON_contact_mismatch), GM_CHECK_contact_source);
    EXPECT_EQ(check_of(GM_REASON_blocked), GM_CHECK_limits);
}

TEST(Names, CountersAreIndexedByReason) {
    gm_reason_counts counts{};
    counts.none = 1;
    counts.malformed = 2;
    counts.blocked = 3;
    EXPECT_EQ(array_of(counts)[GM_REASON_none], 1u);
    EXPECT_EQ(array_of(counts)[GM_REASON_malformed], 2u);
    EXPECT_EQ(array_of(counts)[GM_REASON_blocked], 3u);
}

} // namespace
} // namespace gmguard::admin
