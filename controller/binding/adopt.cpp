// SPDX-License-Identifier: BSD-2-Clause
// A table from the pinned maps: what is in them keeps its meaning, what has none is removed.
#include "binding/parts.hpp"
#include "binding/selector.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

namespace gmguard::binding {
namespace {

using IdentityEntries = std::vector<const Policy::IdentityEntry*>;

template <std::size_t N> std::string_view text_of(const char (&text)[N]) {
    return {text, strnlen(text, N)};
}

// Those of one subscriber in a row, the default IMPU first.
IdentityEntries sorted(std::span<const Policy::IdentityEntry> identities) {
    IdentityEntries entries;
    entries.reserve(identities.size());
    for (const auto& entry : identities)
        entries.push_back(&entry);
    std::ranges::sort(entries, [](const auto* a, const auto* b) {
        if (a->first.subscriber != b->first.subscriber)
            return a->first.subscriber < b->first.subscriber;
        return a->second.is_default > b->second.is_default;
    });
    return entries;
}

std::span<const Policy::IdentityEntry* const> of_subscriber(const IdentityEntries& entries,
                                                            std::uint64_t subscriber) {
    const auto number = [](const auto* entry) { return std::uint64_t{entry->first.subscriber}; };
    const auto range = std::ranges::equal_range(entries, subscriber, {}, number);
    return {range.begin(), range.end()};
}

Binding binding_of(const gm_selector& selector, const gm_binding& value, std::uint64_t now_ns) {
    Binding binding;
    binding.address = selector.address;
    binding.port = selector.port;
    binding.bits = selector.bits;
    binding.user = value.user;
    binding.subscriber = value.subscriber;
    binding.expires_ns = value.expires_ns;
    binding.since_ns = now_ns;
    binding.state = static_cast<std::uint8_t>(value.state);
    binding.origin = Origin::adopted;
    return binding;
}

// The maps have the hashes of all identities, and the text of the default one, perhaps cut.
Holding holding_of(const gm_binding& value, std::span<const Policy::IdentityEntry* const> entries,
                   const Hasher& hasher) {
    Holding holding{std::string(text_of(value.impi)), {Registration{0, value.expires_ns, {}}}};
    const std::string_view impu = text_of(value.impu);
    const gm_u128 known = impu.empty() ? gm_u128{0} : hasher.identity(impu);
    for (const auto* entry : entries) {
        const gm_u128 hash = entry->first.identity;
        holding.registrations.front().identities.push_back(
            {hash, hash == known ? std::string(impu) : std::string{}});
    }
    return holding;
}

bool has_meaning(const gm_selector& selector, const gm_binding& value, const KeyForms& forms,
                 std::uint64_t now_ns) {
    const bool state = value.state == GM_STATE_BOUND || value.state == GM_STATE_COOLDOWN;
    return state && value.subscriber != 0 && value.expires_ns > now_ns &&
           has_form(selector, forms(Address(selector.address)));
}

// Writes what gm_owners lacks or has wrong.
void repair_owners(const Life& life, const IdentityEntries& identities,
                   std::span<const Policy::OwnerEntry> owners, std::uint64_t now_ns, Outcome& out) {
    struct Low {
        std::size_t operator()(gm_u128 hash) const { return static_cast<std::size_t>(hash); }
    };
    std::unordered_map<gm_u128, const gm_owner*, Low> there(owners.size());
    for (const auto& [identity, owner] : owners) {
        there.emplace(identity, &owner);
        if (!life.owner(identity, now_ns))
            out.operations.emplace_back(EraseOwner{identity});
    }
    for (const auto* entry : identities) {
        const auto holder = life.owner(entry->first.identity, now_ns);
        const auto known = there.find(entry->first.identity);
        if (!holder || holder->subscriber != entry->first.subscriber)
            continue;
        const bool right = known != there.end() &&
                           known->second->subscriber == holder->subscriber &&
                           known->second->expires_ns == holder->expires_ns;
        if (!right)
            out.operations.emplace_back(PutOwner{entry->first.identity, *holder});
    }
}

} // namespace

Outcome Policy::adopt(std::uint64_t now_ns, std::span<const BindingEntry> bindings,
                      std::span<const IdentityEntry> identities,
                      std::span<const OwnerEntry> owners) {
    Outcome out;
    const IdentityEntries entries = sorted(identities);
    std::unordered_set<std::uint64_t> subscribers;
    for (const auto& [selector, value] : bindings) {
        if (!has_meaning(selector, value, parts_->forms, now_ns) ||
            !subscribers.insert(value.subscriber).second) {
            out.operations.emplace_back(EraseBinding{selector});
            continue;
        }
        const auto own = of_subscriber(entries, value.subscriber);
        parts_->life.adopt(binding_of(selector, value, now_ns),
                           holding_of(value, own, parts_->hasher));
    }
    for (const auto* entry : entries)
        if (!subscribers.contains(entry->first.subscriber))
            out.operations.emplace_back(EraseIdentity{entry->first});
    repair_owners(parts_->life, entries, owners, now_ns, out);
    return out;
}

} // namespace gmguard::binding
