// SPDX-License-Identifier: BSD-2-Clause
// A table from the pinned maps: what is in them keeps its meaning, what has none is removed.
#include "binding/parts.hpp"
#include "binding/selector.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>
#include <unordered_set>

namespace gmguard::binding {
namespace {

template <std::size_t N> std::string_view text_of(const char (&text)[N]) {
    return {text, strnlen(text, N)};
}

// An entry of gm_identities. Sorted by subscriber, the default IMPU first. (Two halves: a number of
// 16 bytes would be aligned, and these are millions.)
struct Held {
    std::uint64_t subscriber;
    std::uint64_t high, low;
    bool not_default;
    bool taken; // its subscriber is restored

    [[nodiscard]] gm_u128 identity() const { return gm_u128{high} << 64 | low; }
    friend bool operator<(const Held& a, const Held& b) {
        return std::tie(a.subscriber, a.not_default) < std::tie(b.subscriber, b.not_default);
    }
};

// The identities of each subscriber, and who has been restored.
class Identities {
  public:
    [[nodiscard]] Result<> read(const PinnedMaps& pinned, std::size_t room) {
        all_.reserve(room);
        auto read = pinned.identities([this](const gm_identity_key& key, const gm_identity& value) {
            all_.push_back({key.subscriber, static_cast<std::uint64_t>(key.identity >> 64),
                            static_cast<std::uint64_t>(key.identity), value.is_default == 0,
                            false});
        });
        std::ranges::sort(all_, std::less<>{});
        return read;
    }
    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] std::size_t subscribers() const {
        std::size_t count = 0;
        for (std::size_t i = 0; i < all_.size(); ++i)
            count += i == 0 || all_[i].subscriber != all_[i - 1].subscriber ? 1 : 0;
        return count;
    }
    // None: the subscriber was taken before.
    [[nodiscard]] std::optional<std::span<const Held>> take(std::uint64_t subscriber) {
        const auto held = std::ranges::equal_range(all_, subscriber, {}, &Held::subscriber);
        if (held.empty())
            return bare_.insert(subscriber).second ? std::optional(std::span<const Held>())
                                                   : std::nullopt;
        if (held.front().taken)
            return std::nullopt;
        for (Held& one : held)
            one.taken = true;
        return held;
    }
    void erase_the_rest(Outcome& out) const {
        for (const Held& one : all_)
            if (!one.taken)
                out.operations.emplace_back(EraseIdentity{{one.identity(), one.subscriber, 0}});
    }

  private:
    std::vector<Held> all_;
    std::unordered_set<std::uint64_t> bare_; // restored, and without identities
};

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
        identities.push_back({one.identity(), {}});
    const std::string_view impu = text_of(value.impu);
    const bool may_be_cut = impu.size() + 1 == sizeof value.impu;
    const gm_u128 hash = may_be_cut ? hasher.identity(impu) : value.identity;
    if (!identities.empty() && !impu.empty() && hash == identities.front().hash)
        identities.front().text = impu;
    return holding;
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

Result<std::vector<Live>> read_owners(const PinnedMaps& pinned, std::size_t room) {
    std::vector<Live> there;
    there.reserve(room);
    auto read = pinned.owners([&there](const gm_u128& identity, const gm_owner& owner) {
        there.push_back({identity, owner.subscriber, owner.expires_ns});
    });
    std::ranges::sort(there, std::less<>{});
    return read ? Result<std::vector<Live>>(std::move(there)) : fail(std::move(read.error()));
}

// Writes what gm_owners lacks or has wrong; both are sorted.
void repair_owners(std::span<const Live> live, std::span<const Live> there, Outcome& out) {
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

// Brings the entries of gm_bindings into the table.
class Restoring {
  public:
    Restoring(const Hasher& hasher, const KeyForms& forms, Life& life, std::uint64_t now_ns,
              Outcome& out)
        : hasher_(hasher), forms_(forms), life_(life), now_ns_(now_ns), out_(out) {}

    // At most `room` identities.
    [[nodiscard]] Result<> read(const PinnedMaps& pinned, std::size_t room) {
        if (auto read = identities_.read(pinned, room); !read)
            return read;
        live_.reserve(room);
        life_.expect(identities_.subscribers(), identities_.size());
        return pinned.bindings([this](const gm_selector& selector, const gm_binding& value) {
            show(selector, value);
        });
    }
    // Afterwards, once.
    [[nodiscard]] std::vector<Live> end() {
        restore_seconds(ported_, life_, out_);
        identities_.erase_the_rest(out_);
        return oldest_of_each(std::move(live_));
    }

  private:
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
        life_.restore(binding_of(selector, value, now_ns_), holding_of(value, *held, hasher_));
        if (value.state == GM_STATE_BOUND)
            for (const Held& one : *held)
                live_.push_back({one.identity(), value.subscriber, value.expires_ns});
    }

    const Hasher& hasher_;
    const KeyForms& forms_;
    Life& life_;
    std::uint64_t now_ns_;
    Outcome& out_;
    Identities identities_;
    std::vector<Ported> ported_;
    std::vector<Live> live_;
};

} // namespace

Result<Outcome> Policy::adopt(std::uint64_t now_ns, const PinnedMaps& pinned) {
    Outcome out;
    const auto room = parts_->rules.identities;
    Restoring restoring(parts_->hasher, parts_->forms, parts_->life, now_ns, out);
    if (auto read = restoring.read(pinned, room); !read)
        return fail(std::move(read.error()));
    const auto live = restoring.end();
    const auto owners = read_owners(pinned, room);
    if (!owners)
        return fail(owners.error());
    repair_owners(live, *owners, out);
    if (auto read = parts_->associations.restore(pinned.spis, now_ns, out); !read)
        return fail(std::move(read.error()));
    return out;
}

} // namespace gmguard::binding
