// SPDX-License-Identifier: BSD-2-Clause
// A table from the pinned maps: what is in them keeps its meaning, what has none is removed.
#include "binding/parts.hpp"
#include "binding/selector.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <tuple>
#include <unordered_set>

namespace gmguard::binding {
namespace {

template <std::size_t N> std::string_view text_of(const char (&text)[N]) {
    return {text, strnlen(text, N)};
}

// An entry of gm_identities. Sorted by subscriber, the default IMPU first.
struct Held {
    std::uint64_t subscriber;
    bool not_default;
    gm_u128 identity;
    friend bool operator<(const Held& a, const Held& b) {
        return std::tie(a.subscriber, a.not_default) < std::tie(b.subscriber, b.not_default);
    }
};

std::vector<Held> sorted(std::span<const Policy::IdentityEntry> identities) {
    std::vector<Held> all;
    all.reserve(identities.size());
    for (const auto& [key, value] : identities)
        all.push_back({key.subscriber, value.is_default == 0, key.identity});
    std::ranges::sort(all, std::less<>{});
    return all;
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
    if (selector.bits == 128) {
        binding.source = selector.address;
        binding.source_port = selector.port;
    }
    return binding;
}

// The entry of the port that its phone is sent to.
bool is_second(const gm_selector& selector, const gm_binding& value) {
    return selector.port != 0 && selector.port == value.server_port &&
           selector.port != value.client_port;
}

// The maps have the hashes of all identities, and the text of the default one, perhaps cut.
Holding holding_of(const gm_binding& value, std::span<const Held> held, const Hasher& hasher) {
    Holding holding{std::string(text_of(value.impi)), {Registration{0, value.expires_ns, {}}}};
    auto& identities = holding.registrations.front().identities;
    for (const Held& one : held)
        identities.push_back({one.identity, {}});
    const std::string_view impu = text_of(value.impu);
    if (!identities.empty() && !impu.empty() && hasher.identity(impu) == identities.front().hash)
        identities.front().text = impu;
    return holding;
}

// Where each entry of gm_bindings is, by its subscriber: the order of `sorted`.
struct Place {
    std::uint64_t subscriber;
    std::size_t at;
};
std::vector<Place> in_order(std::span<const Policy::BindingEntry> bindings) {
    std::vector<Place> places;
    places.reserve(bindings.size());
    for (std::size_t i = 0; i < bindings.size(); ++i)
        places.push_back({bindings[i].second.subscriber, i});
    std::ranges::stable_sort(places, {}, &Place::subscriber);
    return places;
}

// Hands out identities subscriber by subscriber; those of nobody stay.
class Identities {
  public:
    explicit Identities(std::span<const Policy::IdentityEntry> entries)
        : all_(sorted(entries)), next_(all_.begin()) {}

    // REQUIRES: a larger number each time.
    [[nodiscard]] std::span<const Held> of(std::uint64_t subscriber) {
        leave(subscriber);
        const auto begin = next_;
        while (next_ != all_.end() && next_->subscriber == subscriber)
            ++next_;
        return {begin, next_};
    }
    void erase_the_rest(Outcome& out) {
        leave(std::numeric_limits<std::uint64_t>::max());
        for (const Held& one : left_)
            out.operations.emplace_back(EraseIdentity{{one.identity, one.subscriber, 0}});
    }

  private:
    void leave(std::uint64_t below) {
        for (; next_ != all_.end() && next_->subscriber < below; ++next_)
            left_.push_back(*next_);
    }

    const std::vector<Held> all_;
    std::vector<Held>::const_iterator next_;
    std::vector<Held> left_;
};

bool has_meaning(const gm_selector& selector, const gm_binding& value, const KeyForms& forms,
                 std::uint64_t now_ns) {
    const bool state = value.state == GM_STATE_BOUND || value.state == GM_STATE_ADOPTED ||
                       value.state == GM_STATE_COOLDOWN || value.state == GM_STATE_LAPSED;
    return state && value.subscriber != 0 && value.expires_ns > now_ns &&
           has_form(selector, forms(Address(selector.address)));
}

// A binding is whole with both its entries: one that lacks its second gets it, a second without its
// first is nobody's. REQUIRES: the first ones are restored.
void restore_seconds(std::span<const Policy::BindingEntry> bindings, Life& life, Outcome& out) {
    std::unordered_set<std::uint64_t> there;
    for (const auto& [selector, value] : bindings)
        if (is_second(selector, value))
            there.insert(value.subscriber);
    const auto slot_of = [&life](const gm_selector& selector, const gm_binding& value) {
        const Slot slot = life.table().find(selector);
        const bool same = slot != kNoSlot && life.table().at(slot).subscriber == value.subscriber;
        return same ? slot : kNoSlot;
    };
    for (const auto& [selector, value] : bindings) {
        if (value.server_port == 0 || is_second(selector, value))
            continue;
        if (const Slot slot = slot_of(selector, value); slot != kNoSlot)
            life.restore_client(slot, {value.client_port, value.server_port},
                                there.contains(value.subscriber), out);
    }
    for (const auto& [selector, value] : bindings)
        if (is_second(selector, value) && slot_of(selector, value) == kNoSlot)
            out.operations.emplace_back(EraseBinding{selector});
}

// A live holder of an identity. Sorted by identity, the oldest subscriber first.
struct Live {
    gm_u128 identity;
    std::uint64_t subscriber;
    std::uint64_t expires_ns;
    friend bool operator<(const Live& a, const Live& b) {
        return std::tie(a.identity, a.subscriber) < std::tie(b.identity, b.subscriber);
    }
};

std::vector<Live> oldest_of_each(std::vector<Live> live) {
    std::ranges::sort(live, std::less<>{});
    const auto rest = std::ranges::unique(live, {}, &Live::identity);
    live.erase(rest.begin(), rest.end());
    return live;
}

// Writes what gm_owners lacks or has wrong.
void repair_owners(const std::vector<Live>& live, std::span<const Policy::OwnerEntry> owners,
                   Outcome& out) {
    std::vector<Live> there;
    there.reserve(owners.size());
    for (const auto& [identity, owner] : owners)
        there.push_back({identity, owner.subscriber, owner.expires_ns});
    std::ranges::sort(there, std::less<>{});
    auto old = there.begin();
    for (const Live& one : live) {
        for (; old != there.end() && old->identity < one.identity; ++old)
            out.operations.emplace_back(EraseOwner{old->identity});
        const bool known = old != there.end() && old->identity == one.identity;
        if (!known || old->subscriber != one.subscriber || old->expires_ns != one.expires_ns)
            out.operations.emplace_back(PutOwner{one.identity, {one.subscriber, one.expires_ns}});
        old += known ? 1 : 0;
    }
    for (; old != there.end(); ++old)
        out.operations.emplace_back(EraseOwner{old->identity});
}

} // namespace

Outcome Policy::adopt(std::uint64_t now_ns, std::span<const BindingEntry> bindings,
                      std::span<const IdentityEntry> identities, std::span<const OwnerEntry> owners,
                      std::span<const SpiEntry> spis) {
    Outcome out;
    Identities held_by(identities);
    std::uint64_t last = 0;
    std::vector<Live> live;
    live.reserve(identities.size());
    for (const auto& [subscriber, at] : in_order(bindings)) {
        const auto& [selector, value] = bindings[at];
        if (is_second(selector, value))
            continue;
        if (!has_meaning(selector, value, parts_->forms, now_ns) || subscriber == last) {
            out.operations.emplace_back(EraseBinding{selector});
            continue;
        }
        last = subscriber;
        const auto held = held_by.of(subscriber);
        parts_->life.restore(binding_of(selector, value, now_ns),
                             holding_of(value, held, parts_->hasher));
        if (value.state == GM_STATE_BOUND)
            for (const Held& one : held)
                live.push_back({one.identity, subscriber, value.expires_ns});
    }
    restore_seconds(bindings, parts_->life, out);
    held_by.erase_the_rest(out);
    repair_owners(oldest_of_each(std::move(live)), owners, out);
    parts_->associations.restore(spis, now_ns, out);
    return out;
}

} // namespace gmguard::binding
