// SPDX-License-Identifier: BSD-2-Clause
#include "home/transaction.hpp"

#include <algorithm>

namespace gmguard::home {

Transaction::Step Transaction::step(std::uint64_t now_ns) {
    if (now_ns >= ends_ns_)
        return Step::give_up;
    if (now_ns < again_ns_)
        return Step::wait;
    interval_ns_ = std::min(2 * interval_ns_, kT2Ns);
    again_ns_ = now_ns + interval_ns_;
    return Step::send;
}

std::uint64_t Transaction::due_ns() const {
    return std::min(again_ns_, ends_ns_);
}

} // namespace gmguard::home
