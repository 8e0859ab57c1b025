// SPDX-License-Identifier: BSD-2-Clause
#include "admin/refusals.hpp"

#include <fmt/format.h>

#include <utility>

namespace gmguard::admin {
namespace {

constexpr unsigned kLinesPerSecond = 5;

} // namespace

std::string_view name(Refused why) {
    constexpr std::array<std::string_view, kRefusals> names{
        "connections", "handshake", "host", "origin", "credentials", "expired", "backoff", "role"};
    return names.at(static_cast<std::size_t>(why));
}

void Refusals::note(Refused why, const std::string& who, const std::string& detail,
                    Clock::time_point now) {
    ++counts_[static_cast<std::size_t>(why)];
    if (!tell_)
        return;
    if (!may_tell(now)) {
        ++left_out_;
        return;
    }
    auto line = fmt::format("admin: {} refused ({}): {}", who, name(why), detail);
    if (const auto count = std::exchange(left_out_, 0); count > 0)
        line += fmt::format("; {} more before", count);
    tell_(line);
}

void Refusals::complain(const std::string& line) {
    if (tell_)
        tell_("admin: " + line);
}

bool Refusals::may_tell(Clock::time_point now) {
    if (now - second_ >= std::chrono::seconds(1)) {
        second_ = now;
        told_ = 0;
    }
    return told_++ < kLinesPerSecond;
}

} // namespace gmguard::admin
