// SPDX-License-Identifier: BSD-2-Clause
#include "binding/associations.hpp"

#include "binding/selector.hpp"

#include <algorithm>
#include <unordered_map>

namespace gmguard::binding {
namespace {

gm_selector unit_of(const Endpoint& source, gm_key_form form) {
    form.with_port = 0;
    return make_selector(source, form);
}

gm_spi_key spi_key(const std::pair<uint128, std::uint32_t>& key) {
    return {key.first, key.second, 0, 0};
}

bool same(const gm_spi& a, const gm_spi& b) {
    return a.address == b.address && a.subscriber == b.subscriber && a.expires_ns == b.expires_ns &&
           a.state == b.state && a.bits == b.bits && a.port == b.port;
}

bool names(const Pending& pending, std::uint16_t port) {
    return port != 0 && (pending.client.port_c == port || pending.client.port_s == port);
}

std::vector<std::pair<std::uint64_t, Slot>> slots_by_subscriber(const Table& table) {
    std::vector<std::pair<std::uint64_t, Slot>> slots;
    for (Slot slot = 0; slot < table.end(); ++slot)
        if (table.at(slot).subscriber != 0)
            slots.emplace_back(table.at(slot).subscriber, slot);
    std::ranges::sort(slots);
    return slots;
}

} // namespace

void Associations::place(Association& a, const Key& key) {
    a.unit = unit_of(a.source, forms_(a.source.address));
    by_unit_.emplace(a.unit.address, key);
    touched_.push_back(a.unit.address);
}

Associations::Association* Associations::add(const Key& key, const Endpoint& source) {
    if (all_.size() >= limit_)
        return nullptr;
    Association& a = all_[key];
    a.source = source;
    place(a, key);
    return &a;
}

Associations::All::iterator Associations::erase(All::iterator at) {
    const auto [first, last] = by_unit_.equal_range(at->second.unit.address);
    by_unit_.erase(
        std::find_if(first, last, [&](const auto& each) { return each.second == at->first; }));
    return all_.erase(at);
}

std::vector<Associations::Key> Associations::at_unit(uint128 address) const {
    std::vector<Key> keys;
    const auto [first, last] = by_unit_.equal_range(address);
    for (auto each = first; each != last; ++each)
        keys.push_back(each->second);
    return keys;
}

void Associations::claim(Association& a, const Pending& pending) const {
    const std::uint16_t port = pending.client.port_c != 0 ? pending.client.port_c : a.source.port;
    a.claim = pending.user;
    a.selector = make_selector({a.source.address, port}, forms_(a.source.address));
    a.expires_ns = pending.expires_ns;
}

void Associations::claim_by_port(Association& a) const {
    for (const Pending* pending : challenges_.at(a.unit.address))
        if (names(*pending, a.source.port))
            return claim(a, *pending);
}

void Associations::offer(const Pending& pending, const Address& pcscf,
                         std::span<const sip::SecurityMechanism> server) {
    for (const auto& mechanism : server) {
        for (const auto& [spi, port] : {std::pair(mechanism.spi_s, pending.client.port_c),
                                        std::pair(mechanism.spi_c, pending.client.port_s)}) {
            if (!spi || mechanism.mechanism != "ipsec-3gpp")
                continue;
            const Key key{pcscf.value(), *spi};
            const auto found = all_.find(key);
            Association* a =
                found != all_.end() ? &found->second : add(key, {pending.source.address, port});
            if (a == nullptr || a->claim != 0 || a->source.address != pending.source.address)
                continue;
            claim(*a, pending);
            a->negotiated = mechanism;
            touched_.push_back(a->unit.address);
        }
    }
    for (const Key& key : at_unit(pending.key.address))
        if (Association& a = all_.at(key); a.claim == 0)
            claim_by_port(a);
    touched_.push_back(pending.key.address);
}

void Associations::doubt(const Pending& pending) {
    for (const Key& key : at_unit(pending.key.address))
        if (Association& a = all_.at(key); a.claim == pending.user && names(pending, a.source.port))
            a.doubted = true;
}

void Associations::install(const SaInstalled& event) {
    const Key key{event.destination.value(), event.spi};
    auto found = all_.find(key);
    // An offer that went to somebody else than the association is for.
    if (found != all_.end() && found->second.source.address != event.source.address) {
        touched_.push_back(found->second.unit.address);
        const auto there = found->second.there;
        erase(found);
        found = all_.end();
        if (Association* a = add(key, event.source))
            a->there = there;
    }
    Association* a = found != all_.end() ? &found->second : nullptr;
    if (a == nullptr) {
        const auto fresh = all_.find(key);
        a = fresh != all_.end() ? &fresh->second : add(key, event.source);
    }
    if (a == nullptr)
        return;
    // The same number for another phone, while nobody looked.
    if (a->installed && a->source.port != event.source.port) {
        a->claim = 0;
        a->selector = {};
        a->owned = false;
        a->doubted = false;
    }
    a->source = event.source;
    a->port = event.port;
    a->early = event.early && !a->installed;
    a->blind = event.blind;
    a->tunnel = event.tunnel;
    a->installed = true;
    if (a->claim == 0)
        claim_by_port(*a);
    touched_.push_back(a->unit.address);
}

Slot Associations::remove(const SaRemoved& event, Outcome& out) {
    const auto found = all_.find({event.destination.value(), event.spi});
    if (found == all_.end())
        return kNoSlot;
    if (found->second.there)
        out.operations.emplace_back(EraseSpi{spi_key(found->first)});
    const Slot slot = found->second.installed ? owner(found->second, event.now_ns) : kNoSlot;
    erase(found);
    const bool last =
        slot != kNoSlot && !has_any(slot, event.now_ns) && !is_asked_for_by_another(slot);
    return last ? slot : kNoSlot;
}

bool Associations::has_any(Slot slot, std::uint64_t now_ns) const {
    return std::ranges::any_of(at_unit(life_.table().at(slot).address()), [&](const Key& key) {
        const Association& a = all_.at(key);
        return a.installed && owner(a, now_ns) == slot;
    });
}

bool Associations::is_asked_for_by_another(Slot slot) const {
    const Binding& binding = life_.table().at(slot);
    return std::ranges::any_of(challenges_.at(binding.address()), [&](const Pending* pending) {
        return pending->user != binding.user;
    });
}

bool Associations::may_contest(const Association& a) const {
    return a.claim != 0 && conflicts_ && conflicts_(a.source.address) == GM_CONFLICT_CONTEST;
}

std::optional<Associations::Way> Associations::way_to(Slot slot) const {
    const Binding& binding = life_.table().at(slot);
    const std::uint16_t port = binding.reached_at().port;
    for (const Key& key : at_unit(binding.address())) {
        const Association& a = all_.at(key);
        if (a.installed && !a.tunnel && a.claim == binding.user && a.source.port == port &&
            a.port != 0)
            return Way{a.source, {Address(key.first), a.port}};
    }
    return std::nullopt;
}

void Associations::rename(const gm_selector& selector, gm_u128 challenged, gm_u128 user) {
    for (const Key& key : at_unit(selector.address))
        if (Association& a = all_.at(key); a.claim == challenged && equal(a.selector, selector))
            a.claim = user;
}

void Associations::expire(std::uint64_t now_ns) {
    for (const auto& [key, a] : all_)
        if (!a.installed && a.expires_ns <= now_ns)
            touched_.push_back(a.unit.address);
}

void Associations::reform() {
    by_unit_.clear();
    for (auto& [key, a] : all_) {
        place(a, key);
        if (a.claim != 0)
            a.selector =
                make_selector({a.source.address, a.selector.port}, forms_(a.source.address));
    }
}

// The live binding that the association's user has by it.
Slot Associations::owner(const Association& a, std::uint64_t now_ns) const {
    if (a.claim == 0)
        return kNoSlot;
    const auto his = [&](const gm_selector& selector) {
        const Slot slot = life_.table().find(selector);
        if (slot == kNoSlot)
            return kNoSlot;
        const Binding& binding = life_.table().at(slot);
        return binding.user == a.claim && binding.expires_ns > now_ns ? slot : kNoSlot;
    };
    const Slot by_it = his(a.selector);
    if (by_it == kNoSlot)
        return kNoSlot;
    // What comes by it is judged by the binding that has the port it comes from.
    const Slot where = his(make_selector(a.source, forms_(a.source.address)));
    return where != kNoSlot ? where : by_it;
}

bool Associations::is_anothers(const Association& a, std::uint64_t now_ns) const {
    const gm_key_form form = forms_(a.source.address);
    for (const auto& selector : {make_selector(a.source, form), a.selector}) {
        const Slot slot = life_.holder(selector, now_ns);
        if (slot != kNoSlot && life_.table().at(slot).user != a.claim)
            return true;
    }
    return false;
}

// What gm_spis is to have of it; nothing: it is to have none.
std::optional<gm_spi> Associations::wanted(Association& a, std::uint64_t now_ns) const {
    // Who is bound where it ends since before the guard came, by the operator's word or by his
    // own, has it.
    if (a.claim == 0 && a.early) {
        const auto selector = make_selector(a.source, forms_(a.source.address));
        if (const Slot slot = life_.table().find(selector); slot != kNoSlot) {
            a.claim = life_.table().at(slot).user;
            a.selector = selector;
        }
    }
    gm_spi spi{};
    spi.address = a.unit.address;
    spi.bits = a.unit.bits;
    spi.port = a.source.port;
    spi.state = a.installed ? GM_SPI_INSTALLED : GM_SPI_OFFERED;
    const Slot slot = owner(a, now_ns);
    if (slot != kNoSlot) {
        a.owned = true;
        spi.subscriber = life_.table().at(slot).subscriber;
        spi.expires_ns = a.installed ? 0 : life_.table().at(slot).expires_ns;
    } else if (a.owned) {
        return std::nullopt;
    } else if (!a.installed) {
        if (a.expires_ns <= now_ns)
            return std::nullopt;
        spi.expires_ns = a.expires_ns;
    }
    if (a.blind || (is_anothers(a, now_ns) && !may_contest(a)))
        spi.state = GM_SPI_REFUSED;
    return spi;
}

void Associations::settle(std::uint64_t now_ns, Outcome& out) {
    if (all_.empty())
        return touched_.clear();
    for (const auto& operation : out.operations) {
        if (const auto* put = std::get_if<PutBinding>(&operation))
            touched_.push_back(put->key.address);
        else if (const auto* gone = std::get_if<EraseBinding>(&operation))
            touched_.push_back(gone->key.address);
    }
    std::ranges::sort(touched_);
    touched_.erase(std::ranges::unique(touched_).begin(), touched_.end());
    for (const uint128 unit : touched_) {
        for (const Key& key : at_unit(unit)) {
            const auto at = all_.find(key);
            Association& a = at->second;
            const auto spi = wanted(a, now_ns);
            if (spi && (!a.there || !same(*spi, *a.there)))
                out.operations.emplace_back(PutSpi{spi_key(key), *spi});
            else if (!spi && a.there)
                out.operations.emplace_back(EraseSpi{spi_key(key)});
            a.there = spi;
            if (!spi && !a.installed)
                erase(at);
        }
    }
    touched_.clear();
}

Result<> Associations::restore(const Entries<gm_spi_key, gm_spi>& entries, std::uint64_t now_ns,
                               Outcome& out) {
    const Table& table = life_.table();
    std::vector<std::pair<std::uint64_t, Slot>> slots; // by subscriber, once one is asked for
    auto read = entries([&](const gm_spi_key& key, const gm_spi& value) {
        if (slots.empty())
            slots = slots_by_subscriber(table);
        const auto found = std::ranges::lower_bound(slots, value.subscriber, {},
                                                    &std::pair<std::uint64_t, Slot>::first);
        Association* a = nullptr;
        if (value.subscriber != 0 && found != slots.end() && found->first == value.subscriber)
            a = add({key.address, key.spi}, {Address(value.address), value.port});
        if (a == nullptr) {
            out.operations.emplace_back(EraseSpi{key});
            return;
        }
        const Binding& binding = table.at(found->second);
        a->claim = binding.user;
        a->selector = binding.selector();
        a->owned = true;
        a->installed = value.state == GM_SPI_INSTALLED;
        a->blind = value.state == GM_SPI_REFUSED; // until XFRM tells of it
        a->there = value;
    });
    settle(now_ns, out);
    return read;
}

SpiView Associations::view(const Key& key, const Association& a, std::uint64_t now_ns) const {
    SpiView view;
    view.pcscf = Address(key.first);
    view.spi = key.second;
    view.source = a.source;
    view.admitted = a.there && a.there->state != GM_SPI_REFUSED;
    view.state = a.there ? a.there->state : a.installed ? GM_SPI_INSTALLED : GM_SPI_OFFERED;
    view.negotiated = a.negotiated;
    view.doubted = a.doubted;
    if (a.claim != 0)
        view.selector = text(a.selector);
    if (const Slot slot = owner(a, now_ns); slot != kNoSlot) {
        view.binding_id = life_.id(slot);
        view.impi = life_.table().impi(slot);
    }
    return view;
}

std::vector<SpiView> Associations::view(std::uint64_t now_ns) const {
    std::vector<SpiView> all;
    for (const auto& [key, a] : all_)
        all.push_back(view(key, a, now_ns));
    return all;
}

std::optional<SpiView> Associations::view(const Address& pcscf, std::uint32_t spi,
                                          std::uint64_t now_ns) const {
    const auto found = all_.find({pcscf.value(), spi});
    return found == all_.end() ? std::nullopt
                               : std::optional(view(found->first, found->second, now_ns));
}

} // namespace gmguard::binding
