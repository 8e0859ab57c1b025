// SPDX-License-Identifier: BSD-2-Clause
// A table from the pinned maps: what is in them keeps its meaning, what has none is removed.
#include "binding/held.hpp"
#include "binding/parts.hpp"
#include "binding/selector.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gmguard::binding {
namespace {

template <std::size_t N> std::string_view text_of(const char (&text)[N]) {
    return {text, strnlen(text, N)};
}

Binding binding_of(const gm_selector& selector, const gm_binding& value, std::uint64_t now_ns) {
    Binding binding;
    binding.source = selector.address;
    binding.port = selector.port;
    binding.bits = static_cast<std::uint8_t>(selector.bits);
    binding.user = value.user;
    binding.subscriber = value.subscriber;
    binding.expires_ns = value.expires_ns;
    binding.since_ns = now_ns;
    binding.state = static_cast<std::uint8_t>(value.state);
    binding.origin = Origin::adopted;
    if (selector.bits == 128)
        binding.set_source({Address(selector.address), selector.port});
    return binding;
}

// The entry of the port that its phone is sent to.
bool is_second(const gm_selector& selector, const gm_binding& value) {
    return selector.port != 0 && selector.port == value.server_port &&
           selector.port != value.client_port;
}

// The maps have the hashes of all identities, and the text of the default one, perhaps cut.
// `holding` is one that was used before, whose room is used again.
void fill(Holding& holding, const gm_binding& value, std::span<Held* const> held,
          const Hasher& hasher) {
    holding.impi = text_of(value.impi);
    holding.registrations.resize(1);
    holding.registrations.front().expires_ns = value.expires_ns;
    auto& identities = holding.registrations.front().identities;
    identities.resize(held.size() + 1);
    auto next = identities.begin();
    if (value.identity != 0) {
        const std::string_view impu = text_of(value.impu);
        const bool may_be_cut = impu.size() + 1 == sizeof value.impu;
        const bool is_cut = may_be_cut && hasher.identity(impu) != value.identity;
        next->hash = value.identity;
        next++->text = is_cut ? std::string_view{} : impu;
    }
    for (const Held* one : held) {
        if (one->identity() == value.identity)
            continue;
        next->hash = one->identity();
        next++->text.clear();
    }
    identities.erase(next, identities.end());
}

bool has_meaning(const gm_selector& selector, const gm_binding& value, const KeyForms& forms,
                 std::uint64_t now_ns) {
    const bool state = value.state == GM_STATE_BOUND || value.state == GM_STATE_ADOPTED ||
                       value.state == GM_STATE_COOLDOWN || value.state == GM_STATE_LAPSED;
    return state && value.subscriber != 0 && value.expires_ns > now_ns &&
           has_form(selector, forms(Address(selector.address)));
}

// An entry of a binding that has ports of its own.
struct Ported {
    gm_selector selector;
    std::uint64_t subscriber;
    ClientPorts ports;
    bool second;
};

// A binding is whole with both its entries: one that lacks its second gets it, a second without its
// first is nobody's. REQUIRES: the first ones are restored.
void restore_seconds(std::span<const Ported> entries, Life& life, Outcome& out) {
    std::unordered_set<std::uint64_t> there;
    for (const auto& entry : entries)
        if (entry.second)
            there.insert(entry.subscriber);
    const auto slot_of = [&life](const Ported& entry) {
        const Slot slot = life.table().find(entry.selector);
        const bool same = slot != kNoSlot && life.table().at(slot).subscriber == entry.subscriber;
        return same ? slot : kNoSlot;
    };
    for (const auto& entry : entries)
        if (const Slot slot = entry.second ? kNoSlot : slot_of(entry); slot != kNoSlot)
            life.restore_client(slot, entry.ports, there.contains(entry.subscriber), out);
    for (const auto& entry : entries)
        if (entry.second && slot_of(entry) == kNoSlot)
            out.operations.emplace_back(EraseBinding{entry.selector});
}

// Brings the entries of gm_bindings into the table.
class Restoring {
  public:
    Restoring(const Hasher& hasher, const KeyForms& forms, Life& life, std::uint64_t now_ns,
              Outcome& out)
        : hasher_(hasher), forms_(forms), life_(life), now_ns_(now_ns), out_(out) {}

    [[nodiscard]] Result<> read(const PinnedMaps& pinned, const Rules& rules) {
        if (auto read = identities_.read(pinned, rules); !read)
            return read;
        life_.expect(identities_.subscribers(), identities_.size());
        auto read = pinned.bindings([this](const gm_selector& selector, const gm_binding& value) {
            entries_.emplace_back(selector, value);
            if (entries_.size() == kAtOnce)
                show_all();
        });
        show_all();
        return read;
    }
    // Afterwards, once.
    void end() {
        restore_seconds(ported_, life_, out_);
        for (const Held& one : identities_.all())
            if (!one.right && (one.slot == kNoSlot || !is_right(one)))
                settle(one);
        for (const auto& [identity, slot] : lacking_)
            life_.settle(identity, slot, now_ns_, out_);
    }

  private:
    void show_all() {
        std::array<std::uint64_t, kAtOnce> subscribers{};
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const auto& [selector, value] = entries_[i];
            life_.table().prefetch(selector, value.user);
            subscribers[i] = value.subscriber;
        }
        identities_.prefetch(std::span(subscribers).first(entries_.size()),
                             [this](const Held& one) { life_.table().prefetch(one.identity()); });
        for (const auto& [selector, value] : entries_)
            show(selector, value);
        entries_.clear();
    }
    void show(const gm_selector& selector, const gm_binding& value) {
        const bool second = is_second(selector, value);
        if (value.server_port != 0)
            ported_.push_back(
                {selector, value.subscriber, {value.client_port, value.server_port}, second});
        if (second)
            return;
        const bool means = has_meaning(selector, value, forms_, now_ns_);
        const auto held = means ? identities_.take(value.subscriber) : std::nullopt;
        if (!held) {
            out_.operations.emplace_back(EraseBinding{selector});
            return;
        }
        fill(holding_, value, *held, hasher_);
        const Slot slot = life_.restore(binding_of(selector, value, now_ns_), holding_);
        const auto ends = value.state == GM_STATE_BOUND ? value.expires_ns : GM_OWNER_OVER;
        for (Held* one : *held) {
            one->slot = slot;
            one->right = !one->shared && one->expires_ns == ends;
        }
        const auto is_default = [&](const Held* one) { return one->identity() == value.identity; };
        if (value.identity != 0 && std::ranges::none_of(*held, is_default))
            lacking_.emplace_back(value.identity, slot);
    }
    // Whether the maps say of it what the table says. Who has an identity beside its owner has
    // another entry, so that an owner's needs no such look where its own binding agrees with it.
    [[nodiscard]] bool is_right(const Held& one) {
        const auto owner = life_.owner(one.identity(), one.slot, now_ns_);
        return (owner.slot == one.slot) != one.shared &&
               identities_.has(one.identity(), owner.entry);
    }
    void settle(const Held& one) {
        const std::uint64_t gone = one.slot == kNoSlot ? one.subscriber : 0;
        life_.settle(one.identity(), one.slot, now_ns_, out_, gone);
        if (one.shared && life_.owner(one.identity(), one.slot, now_ns_).slot == one.slot)
            out_.operations.emplace_back(EraseShared{one.identity(), one.subscriber});
    }

    const Hasher& hasher_;
    const KeyForms& forms_;
    Life& life_;
    std::uint64_t now_ns_;
    Outcome& out_;
    Identities identities_;
    Holding holding_;                                         // room for one
    std::vector<std::pair<gm_selector, gm_binding>> entries_; // read, and not yet shown
    std::vector<Ported> ported_;
    std::vector<std::pair<gm_u128, Slot>> lacking_; // default identities that no map has
};

} // namespace

Result<Outcome> Policy::adopt(std::uint64_t now_ns, const PinnedMaps& pinned) {
    Outcome out;
    Restoring restoring(parts_->hasher, parts_->forms, parts_->life, now_ns, out);
    if (auto read = restoring.read(pinned, parts_->rules); !read)
        return fail(std::move(read.error()));
    restoring.end();
    if (auto read = parts_->associations.restore(pinned.spis, now_ns, out); !read)
        return fail(std::move(read.error()));
    return out;
}

} // namespace gmguard::binding
