// SPDX-License-Identifier: BSD-2-Clause
// A table's row of packets and what becomes of them, and who sends them.
#pragma once

#include "harness/fixture.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {

inline const Phone kPhone, kPhone6{.address = "2001:db8::7"}, kOther{.user = "001010000000002"};
inline const Phone kCore{.address = "198.51.100.2"};

struct Row {
    std::string description;
    Packet packet;
    std::string outcome; // Outcome::text()
    std::function<void(Guard&)> before = {};
    Program program = Program::front;
};

// Each in a fresh world.
inline void check(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        SCOPED_TRACE(row.description + " (" + std::string(kernel::name(row.program)) + ")");
        auto& guard = Guard::fresh();
        if (row.before)
            row.before(guard);
        EXPECT_EQ(guard.run(row.program, row.packet).text(), row.outcome) << hex(bytes(row.packet));
    }
}

// The same, by gm_front and by gm_inside.
inline void check_both(std::vector<Row> rows) {
    check(rows);
    for (auto& row : rows)
        row.program = Program::inside;
    check(rows);
}

} // namespace gmguard::test
