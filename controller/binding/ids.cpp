// SPDX-License-Identifier: BSD-2-Clause
#include "binding/ids.hpp"

#include <charconv>

#include <fmt/core.h>

namespace gmguard::binding {
namespace {

template <typename T> std::optional<T> hexadecimal(std::string_view text) {
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

std::string Id::text() const {
    if (kind == IdKind::binding)
        return fmt::format("b_{:x}-{:x}", slot, number);
    return fmt::format("b_{}{:x}", kind == IdKind::pending ? 'p' : 's', number);
}

std::optional<Id> Id::parse(std::string_view text) {
    if (text.size() < 4 || !text.starts_with("b_"))
        return std::nullopt;
    text.remove_prefix(2);
    const bool pending = text.front() == 'p';
    if (pending || text.front() == 's') {
        const auto number = hexadecimal<std::uint64_t>(text.substr(1));
        const auto kind = pending ? IdKind::pending : IdKind::shadow;
        return number ? std::optional(Id{kind, kNoSlot, *number}) : std::nullopt;
    }
    const auto dash = text.find('-');
    const auto slot = hexadecimal<Slot>(text.substr(0, dash));
    const auto number = hexadecimal<std::uint64_t>(
        dash == std::string_view::npos ? std::string_view{} : text.substr(dash + 1));
    if (!slot || !number)
        return std::nullopt;
    return Id{IdKind::binding, *slot, *number};
}

} // namespace gmguard::binding
