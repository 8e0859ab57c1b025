// SPDX-License-Identifier: BSD-2-Clause
// Steps that are taken back, the last one first, unless all of them were taken.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace gmguard::app {

class Undo {
  public:
    Undo() = default;
    ~Undo() {
        for (; !steps_.empty(); steps_.pop_back())
            steps_.back()();
    }
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;

    // Must not throw.
    void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
    void dismiss() { steps_.clear(); }

  private:
    std::vector<std::function<void()>> steps_;
};

} // namespace gmguard::app
