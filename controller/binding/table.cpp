// SPDX-License-Identifier: BSD-2-Clause
#include "binding/table.hpp"

#include "binding/fold.hpp"

#include <algorithm>

namespace gmguard::binding {
namespace {

std::uint32_t seconds_up(std::uint64_t ns) {
    const std::uint64_t seconds = ns / 1'000'000'000 + (ns % 1'000'000'000 != 0 ? 1 : 0);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds, ~std::uint32_t{0}));
}

} // namespace

gm_selector Binding::selector() const {
    gm_selector selector{};
    selector.address = address();
    selector.port = port;
    selector.bits = bits;
    return selector;
}

gm_selector Binding::second() const {
    gm_selector selector = this->selector();
    selector.port = second_port();
    return selector;
}

void Table::reserve(std::size_t bindings, std::size_t identities) {
    by_selector_.reserve(bindings);
    by_user_.reserve(bindings);
    by_identity_.reserve(identities);
}

Slot Table::insert(Binding binding, const Holding& holding) {
    const Slot slot = slab_.take();
    Binding& b = slab_[slot];
    b = std::move(binding);
    b.alarm_s = ~std::uint32_t{0};
    ++in_state_[b.state];
    by_selector_.insert(fold(b.address(), b.port), slot);
    index_second(slot);
    if (b.port != 0)
        by_address_.insert(fold(b.address()), slot);
    by_user_.insert(fold(b.user), slot);
    b.holding = Packed(holding, suffixes_);
    blocks_ += b.holding.bytes();
    index_identities(slot, holding);
    set_alarm(slot);
    return slot;
}

void Table::erase(Slot slot) {
    const Binding& b = slab_[slot];
    --in_state_[b.state];
    by_selector_.erase(fold(b.address(), b.port), slot);
    unindex_second(slot);
    if (b.port != 0)
        by_address_.erase(fold(b.address()), slot);
    by_user_.erase(fold(b.user), slot);
    unindex_identities(slot, holding(slot));
    blocks_ -= b.holding.bytes();
    slab_.give_back(slot);
}

void Table::prefetch(const gm_selector& selector, gm_u128 user) const {
    by_selector_.prefetch(fold(selector.address, selector.port));
    by_user_.prefetch(fold(user));
}

void Table::prefetch(gm_u128 identity) const {
    by_identity_.prefetch(fold(identity));
}

Holding Table::holding(Slot slot) const {
    return slab_[slot].holding.unpack(suffixes_, hasher_);
}

std::string Table::impi(Slot slot) const {
    return slab_[slot].holding.impi(suffixes_);
}

void Table::set_holding(Slot slot, const Holding& before, const Holding& after) {
    Binding& b = slab_[slot];
    unindex_identities(slot, before);
    blocks_ -= b.holding.bytes();
    b.holding = Packed(after, suffixes_);
    blocks_ += b.holding.bytes();
    index_identities(slot, after);
}

void Table::set_client(Slot slot, ClientPorts client) {
    unindex_second(slot);
    slab_[slot].client = client;
    index_second(slot);
}

void Table::index_second(Slot slot) {
    const Binding& b = slab_[slot];
    if (b.second_port() == 0)
        return;
    by_selector_.insert(fold(b.address(), b.second_port()), slot);
    ++seconds_;
}

void Table::unindex_second(Slot slot) {
    const Binding& b = slab_[slot];
    if (b.second_port() == 0)
        return;
    by_selector_.erase(fold(b.address(), b.second_port()), slot);
    --seconds_;
}

void Table::index_identities(Slot slot, const Holding& holding) {
    holding.each_identity(
        [&](const Identity& identity) { by_identity_.insert(fold(identity.hash), slot); });
}

void Table::unindex_identities(Slot slot, const Holding& holding) {
    holding.each_identity(
        [&](const Identity& identity) { by_identity_.erase(fold(identity.hash), slot); });
}

void Table::set_state(Slot slot, gm_binding_state state, std::uint64_t expires_ns) {
    Binding& b = slab_[slot];
    --in_state_[b.state];
    ++in_state_[state];
    b.state = static_cast<std::uint8_t>(state);
    b.expires_ns = expires_ns;
    set_alarm(slot);
}

void Table::set_alarm(Slot slot) {
    Binding& b = slab_[slot];
    const std::uint32_t due = seconds_up(b.expires_ns);
    if (due >= b.alarm_s)
        return; // the alarm that is set will look again
    b.alarm_s = due;
    alarms_.push({due, slot});
    // Phones that come and go leave alarms behind that are due in days.
    if (alarms_.size() > 4 * size() + 4096)
        drop_stale_alarms();
}

void Table::drop_stale_alarms() {
    Alarms current;
    for (Slot slot = 0; slot < end(); ++slot)
        if (slab_[slot].subscriber != 0 && slab_[slot].alarm_s != ~std::uint32_t{0})
            current.push({slab_[slot].alarm_s, slot});
    alarms_ = std::move(current);
}

Slot Table::next_expired(std::uint64_t now_ns) {
    const auto now_s = static_cast<std::uint32_t>(now_ns / 1'000'000'000);
    while (!alarms_.empty() && alarms_.top().at_s <= now_s) {
        const Alarm alarm = alarms_.top();
        alarms_.pop();
        Binding& b = slab_[alarm.slot];
        if (b.subscriber == 0 || b.alarm_s != alarm.at_s)
            continue;
        b.alarm_s = ~std::uint32_t{0};
        if (b.expires_ns <= now_ns)
            return alarm.slot;
        set_alarm(alarm.slot);
    }
    return kNoSlot;
}

Slot Table::find(const gm_selector& selector) const {
    return by_selector_.find(fold(selector.address, selector.port), [&](Slot slot) {
        const Binding& b = slab_[slot];
        const bool port =
            b.port == selector.port || (selector.port != 0 && b.second_port() == selector.port);
        return b.address() == selector.address && port && b.bits == selector.bits;
    });
}

std::vector<Slot> Table::at_address(uint128 address, unsigned bits) const {
    std::vector<Slot> slots;
    const auto take = [&](Slot slot) {
        if (slab_[slot].address() == address && slab_[slot].bits == bits)
            slots.push_back(slot);
        return false;
    };
    by_selector_.find(fold(address, 0),
                      [&](Slot slot) { return slab_[slot].port == 0 && take(slot); });
    by_address_.find(fold(address), take);
    return slots;
}

std::vector<Slot> Table::within(const Prefix& addresses) const {
    std::vector<Slot> slots;
    for (Slot slot = 0; slot < end(); ++slot) {
        const Binding& b = slab_[slot];
        if (b.subscriber != 0 && addresses.bits <= b.bits &&
            addresses.contains(Address(b.address())))
            slots.push_back(slot);
    }
    return slots;
}

std::vector<Slot> Table::of_user(gm_u128 user) const {
    std::vector<Slot> slots;
    by_user_.find(fold(user), [&](Slot slot) {
        if (slab_[slot].user == user)
            slots.push_back(slot);
        return false;
    });
    return slots;
}

std::vector<Slot> Table::with_identity(gm_u128 identity, Slot known) const {
    std::vector<Slot> slots;
    by_identity_.find(fold(identity), [&](Slot slot) {
        if (slot == known) {
            slots.push_back(slot);
            return false;
        }
        const auto held = holding(slot).identities();
        if (std::ranges::find(held, identity, &Identity::hash) != held.end())
            slots.push_back(slot);
        return false;
    });
    return slots;
}

std::size_t Table::bytes() const {
    return slab_.bytes() + by_selector_.bytes() + by_address_.bytes() + by_user_.bytes() +
           by_identity_.bytes() + alarms_.size() * sizeof(Alarm) + blocks_;
}

} // namespace gmguard::binding
