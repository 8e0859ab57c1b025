// SPDX-License-Identifier: BSD-2-Clause
// Tables of event sequences: what happens, what is noticed, what is in the kernel afterwards.
#pragma once

#include "unit/binding/play.hpp"
#include "unit/binding/steps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmguard::binding {

using Lines = std::vector<std::string>;

struct Row {
    const char* name;
    std::function<void(Play&)> steps;
    Lines notices;  // of all steps, in order
    Lines bindings; // at the end, by address
};

struct Setting {
    Rules rules = {};
    std::function<void(Play&)> before = [](Play&) {}; // its notices are not looked at
    gm_key_form form{128, 1};
    gm_key_form form_v6{128, 1};
};

inline void run(const std::vector<Row>& rows, const Setting& setting = {}) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        Play play(setting.rules, setting.form, setting.form_v6);
        setting.before(play);
        (void)play.notices();
        row.steps(play);
        EXPECT_EQ(play.notices(), row.notices);
        EXPECT_EQ(play.bindings(), row.bindings);
    }
}

// What alice's registration leaves.
inline const char* const kChallenged = "challenged alice@ims.test";
inline const char* const kBound = "bound alice@ims.test";
inline const char* const kAlice = "192.0.2.7:5062 bound alice@ims.test";

} // namespace gmguard::binding
