// SPDX-License-Identifier: BSD-2-Clause
#include "binding/shadows.hpp"

#include <utility>

namespace gmguard::binding {

Shadows::Key Shadows::key_of(const gm_selector& selector, gm_u128 user) {
    return {selector.address, selector.port, selector.bits, user};
}

std::optional<std::uint64_t> Shadows::add(Shadow shadow) {
    const Key key = key_of(shadow.selector, shadow.user);
    if (const auto known = numbers_.find(key); known != numbers_.end()) {
        Shadow& old = shadows_.at(known->second);
        old.expires_ns = shadow.expires_ns;
        old.impus = std::move(shadow.impus);
        return std::nullopt;
    }
    if (shadows_.size() >= limit_)
        return std::nullopt;
    shadow.number = next_number_++;
    numbers_.emplace(key, shadow.number);
    return shadows_.emplace_hint(shadows_.end(), shadow.number, std::move(shadow))->first;
}

void Shadows::erase(const gm_selector& selector, gm_u128 user) {
    if (const auto known = numbers_.find(key_of(selector, user)); known != numbers_.end())
        (void)erase(known->second);
}

bool Shadows::erase(std::uint64_t number) {
    const auto found = shadows_.find(number);
    if (found == shadows_.end())
        return false;
    numbers_.erase(key_of(found->second.selector, found->second.user));
    shadows_.erase(found);
    return true;
}

void Shadows::erase(const Prefix& addresses) {
    for (auto at = shadows_.begin(); at != shadows_.end();) {
        const auto here = at++;
        if (addresses.contains(here->second.source.address))
            (void)erase(here->first);
    }
}

const Shadow* Shadows::find(std::uint64_t number) const {
    const auto found = shadows_.find(number);
    return found == shadows_.end() ? nullptr : &found->second;
}

void Shadows::expire(std::uint64_t now_ns) {
    for (auto at = shadows_.begin(); at != shadows_.end();) {
        const auto here = at++;
        if (here->second.expires_ns <= now_ns)
            (void)erase(here->first);
    }
}

} // namespace gmguard::binding
