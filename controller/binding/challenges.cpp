// SPDX-License-Identifier: BSD-2-Clause
#include "binding/challenges.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace gmguard::binding {
namespace {

// Strangers choose addresses, as they forge them: by factors that nobody else knows they cannot
// choose where these fall, and have each search go past all the others (multiply-shift hashing).
std::uint32_t hash_of(gm_u128 value) {
    static const auto factors = [] {
        std::random_device dice;
        const auto draw = [&dice] { return (std::uint64_t{dice()} << 32 | dice()) | 1; };
        return std::array{draw(), draw()};
    }();
    const auto high = static_cast<std::uint64_t>(value >> 64);
    const auto low = static_cast<std::uint64_t>(value);
    return static_cast<std::uint32_t>((high * factors[0] + low * factors[1]) >> 32);
}

// The second one is a keyed hash: nobody can choose where it falls.
std::uint32_t hash_of(gm_u128 address, gm_u128 name) {
    return hash_of(address) ^ static_cast<std::uint32_t>(name);
}

} // namespace

Asked::Asked(const Texts& texts) {
    const std::array all{texts.impu, texts.domain, texts.realm, texts.nonce, texts.algorithm};
    std::size_t size = 0;
    for (const std::string_view text : all)
        size += text.size();
    all_.reserve(size);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all_ += all[i];
        ends_[i] = static_cast<std::uint32_t>(all_.size());
    }
}

Asked::Texts Asked::texts() const {
    const auto text = [this](std::size_t i) {
        const std::size_t at = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(all_).substr(at, ends_[i] - at);
    };
    return {text(0), text(1), text(2), text(3), text(4)};
}

void Challenges::append(Ends& ends, Links Node::* links, Slot slot) {
    all_[slot].*links = {ends.last, kNoSlot};
    (ends.last == kNoSlot ? ends.first : (all_[ends.last].*links).after) = slot;
    ends.last = slot;
}

void Challenges::unlink(Ends& ends, Links Node::* links, Slot slot) {
    const auto [before, after] = all_[slot].*links;
    (before == kNoSlot ? ends.first : (all_[before].*links).after) = after;
    (after == kNoSlot ? ends.last : (all_[after].*links).before) = before;
}

std::optional<gm_challenge_key> Challenges::add(Pending pending) {
    std::optional<gm_challenge_key> gone;
    take(pending.key);
    const gm_u128 address = pending.key.address;
    if (of_user(address, pending.user) >= kPendingsOfUser)
        gone = forget(oldest_of(address, pending.user));
    else if (size() >= limit_)
        gone = forget(by_age_.first);
    pending.number = next_number_++;
    pending.expires_ns = pending.since_ns + timer_ns_;
    if (pending.latest)
        settle(pending.user);
    const Slot slot = all_.take();
    Node& node = all_[slot];
    node.pending = std::move(pending);
    node.place = place_of(address);
    if (node.place == kNoSlot) {
        node.place = places_.take();
        places_[node.place].address = address;
        by_address_.insert(hash_of(address), node.place);
    }
    append(by_age_, &Node::by_age, slot);
    append(places_[node.place].here, &Node::here, slot);
    by_nonce_.insert(hash_of(address, node.pending.key.nonce), slot);
    by_user_.insert(hash_of(address, node.pending.user), slot);
    if (node.pending.latest)
        latest_.insert(hash_of(node.pending.user), slot);
    return gone;
}

Slot Challenges::find_slot(const gm_challenge_key& key) const {
    return by_nonce_.find(hash_of(key.address, key.nonce), [&](Slot slot) {
        const gm_challenge_key& other = all_[slot].pending.key;
        return other.address == key.address && other.nonce == key.nonce;
    });
}

Slot Challenges::place_of(gm_u128 address) const {
    return by_address_.find(hash_of(address),
                            [&](Slot place) { return places_[place].address == address; });
}

Slot Challenges::latest_of(gm_u128 user) const {
    return latest_.find(hash_of(user), [&](Slot slot) { return all_[slot].pending.user == user; });
}

template <typename Visit>
void Challenges::each_of(gm_u128 address, gm_u128 user, Visit&& visit) const {
    by_user_.find(hash_of(address, user), [&](Slot slot) {
        const Pending& pending = all_[slot].pending;
        if (pending.user == user && pending.key.address == address)
            visit(slot);
        return false;
    });
}

std::size_t Challenges::of_user(gm_u128 address, gm_u128 user) const {
    std::size_t many = 0;
    each_of(address, user, [&](Slot) { ++many; });
    return many;
}

Slot Challenges::oldest_of(gm_u128 address, gm_u128 user) const {
    Slot oldest = kNoSlot;
    each_of(address, user, [&](Slot slot) {
        if (oldest == kNoSlot || all_[slot].pending.number < all_[oldest].pending.number)
            oldest = slot;
    });
    return oldest;
}

const Pending* Challenges::find(const gm_challenge_key& key) const {
    const Slot slot = find_slot(key);
    return slot == kNoSlot ? nullptr : &all_[slot].pending;
}

const Pending* Challenges::find(std::uint64_t number) const {
    const Pending* found = nullptr;
    each([&](const Pending& pending) {
        if (pending.number == number)
            found = &pending;
    });
    return found;
}

std::vector<const Pending*> Challenges::at(gm_u128 address) const {
    std::vector<const Pending*> found;
    const Slot place = place_of(address);
    if (place == kNoSlot)
        return found;
    for (Slot slot = places_[place].here.first; slot != kNoSlot; slot = all_[slot].here.after)
        found.push_back(&all_[slot].pending);
    return found;
}

void Challenges::prolong(const gm_challenge_key& key, std::uint64_t until_ns) {
    const Slot slot = find_slot(key);
    if (slot == kNoSlot)
        return;
    auto& expires_ns = all_[slot].pending.expires_ns;
    expires_ns = std::max(expires_ns, until_ns);
}

bool Challenges::take(const gm_challenge_key& key) {
    const Slot slot = find_slot(key);
    if (slot != kNoSlot)
        forget(slot);
    return slot != kNoSlot;
}

std::vector<Pending> Challenges::take_misfits(const SelectorOf& selector_of) {
    std::vector<Slot> slots;
    for (Slot slot = by_age_.first; slot != kNoSlot; slot = all_[slot].by_age.after) {
        const Pending& pending = all_[slot].pending;
        if (!equal(pending.selector, selector_of(pending.source)))
            slots.push_back(slot);
    }
    return take_slots(slots);
}

std::vector<Pending> Challenges::take_expired(std::uint64_t now_ns) {
    std::vector<Slot> slots;
    for (Slot slot = by_age_.first; slot != kNoSlot; slot = all_[slot].by_age.after) {
        const Pending& pending = all_[slot].pending;
        // They came in this order, and none ends before its timer.
        if (pending.since_ns + timer_ns_ > now_ns)
            break;
        if (pending.expires_ns <= now_ns)
            slots.push_back(slot);
    }
    return take_slots(slots);
}

std::vector<Pending> Challenges::take_slots(const std::vector<Slot>& slots) {
    std::vector<Pending> taken;
    for (const Slot slot : slots) {
        taken.push_back(all_[slot].pending);
        forget(slot);
    }
    return taken;
}

void Challenges::settle(gm_u128 user) {
    const Slot slot = latest_of(user);
    if (slot == kNoSlot)
        return;
    all_[slot].pending.latest = false;
    latest_.erase(hash_of(user), slot);
}

gm_challenge_key Challenges::forget(Slot slot) {
    const Node& node = all_[slot];
    const Slot place = node.place;
    const gm_u128 user = node.pending.user;
    const gm_challenge_key key = node.pending.key;
    if (node.pending.latest)
        latest_.erase(hash_of(user), slot);
    by_nonce_.erase(hash_of(key.address, key.nonce), slot);
    by_user_.erase(hash_of(key.address, user), slot);
    unlink(by_age_, &Node::by_age, slot);
    unlink(places_[place].here, &Node::here, slot);
    if (places_[place].here.first == kNoSlot) {
        by_address_.erase(hash_of(key.address), place);
        places_.give_back(place);
    }
    all_.give_back(slot);
    return key;
}

} // namespace gmguard::binding
