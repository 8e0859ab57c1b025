// SPDX-License-Identifier: BSD-2-Clause
#include "binding/challenges.hpp"

#include <algorithm>
#include <utility>

namespace gmguard::binding {

std::vector<Pending> Challenges::add(Pending pending) {
    std::vector<Pending> gone;
    (void)take(pending.key);
    const Pair user{pending.key.address, pending.user};
    if (by_user_.count(user) >= kPendingsOfUser)
        gone.push_back(forget(by_user_.lower_bound(user)->second));
    else if (pendings_.size() >= limit_)
        gone.push_back(forget(pendings_.begin()->first));
    pending.number = next_number_++;
    pending.expires_ns = pending.since_ns + timer_ns_;
    by_nonce_.emplace(Pair{pending.key.address, pending.key.nonce}, pending.number);
    by_user_.emplace(user, pending.number);
    if (pending.latest)
        latest_[pending.user] = pending.number;
    pendings_.emplace_hint(pendings_.end(), pending.number, std::move(pending));
    return gone;
}

const Pending* Challenges::find(const gm_challenge_key& key) const {
    const auto found = by_nonce_.find({key.address, key.nonce});
    return found == by_nonce_.end() ? nullptr : &pendings_.at(found->second);
}

const Pending* Challenges::find(std::uint64_t number) const {
    const auto found = pendings_.find(number);
    return found == pendings_.end() ? nullptr : &found->second;
}

std::vector<const Pending*> Challenges::at(gm_u128 address) const {
    std::vector<const Pending*> found;
    for (auto each = by_user_.lower_bound({address, 0});
         each != by_user_.end() && each->first.first == address; ++each)
        found.push_back(&pendings_.at(each->second));
    std::ranges::sort(found, {}, &Pending::number);
    return found;
}

void Challenges::prolong(const gm_challenge_key& key, std::uint64_t until_ns) {
    const auto found = by_nonce_.find({key.address, key.nonce});
    if (found == by_nonce_.end())
        return;
    auto& expires_ns = pendings_.at(found->second).expires_ns;
    expires_ns = std::max(expires_ns, until_ns);
}

std::optional<Pending> Challenges::take(const gm_challenge_key& key) {
    const Pending* found = find(key);
    if (found == nullptr)
        return std::nullopt;
    return forget(found->number);
}

std::vector<Pending> Challenges::take_all(gm_u128 address, gm_u128 user) {
    std::vector<Pending> taken;
    const Pair of_user{address, user};
    for (auto at = by_user_.find(of_user); at != by_user_.end(); at = by_user_.find(of_user))
        taken.push_back(forget(at->second));
    return taken;
}

std::vector<Pending> Challenges::take_misfits(const SelectorOf& selector_of) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, pending] : pendings_)
        if (!equal(pending.selector, selector_of(pending.source)))
            numbers.push_back(number);
    return take(numbers);
}

std::size_t Challenges::of_user(gm_u128 address, gm_u128 user) const {
    return by_user_.count({address, user});
}

std::vector<Pending> Challenges::take_expired(std::uint64_t now_ns) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, pending] : pendings_) {
        // They came in this order, and none ends before its timer.
        if (pending.since_ns + timer_ns_ > now_ns)
            break;
        if (pending.expires_ns <= now_ns)
            numbers.push_back(number);
    }
    return take(numbers);
}

std::vector<Pending> Challenges::take(const std::vector<std::uint64_t>& numbers) {
    std::vector<Pending> taken;
    for (const std::uint64_t number : numbers)
        taken.push_back(forget(number));
    return taken;
}

bool Challenges::is_latest(const Pending& pending) const {
    const auto found = latest_.find(pending.user);
    return found != latest_.end() && found->second == pending.number;
}

Pending Challenges::forget(std::uint64_t number) {
    auto taken = pendings_.extract(number);
    Pending& pending = taken.mapped();
    pending.latest = is_latest(pending);
    if (pending.latest)
        latest_.erase(pending.user);
    by_nonce_.erase({pending.key.address, pending.key.nonce});
    const auto [first, last] = by_user_.equal_range({pending.key.address, pending.user});
    const auto entry = std::find_if(first, last, [&](const auto& e) { return e.second == number; });
    if (entry != last)
        by_user_.erase(entry);
    return std::move(pending);
}

} // namespace gmguard::binding
