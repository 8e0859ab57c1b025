// SPDX-License-Identifier: BSD-2-Clause
#include "binding/life.hpp"

#include "binding/ids.hpp"
#include "binding/selector.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace gmguard::binding {
namespace {

// Cuts, and keeps out of map dumps what no terminal should be sent.
void copy_text(std::span<char> out, std::string_view text) {
    const std::size_t size = std::min(text.size(), out.size() - 1);
    std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), out.begin(),
                   [](char c) { return c < ' ' || c > '~' ? '?' : c; });
}

// What a grant takes: its selector and, where the phone is sent to at another port, the second one.
class Selectors {
  public:
    explicit Selectors(const Grant& grant) : all_{grant.selector, grant.selector} {
        const std::uint16_t port = grant.selector.port, second = grant.client.port_s;
        all_[1].port = second;
        many_ = port != 0 && second != 0 && second != port ? 2 : 1;
    }
    [[nodiscard]] const gm_selector* begin() const { return all_.data(); }
    [[nodiscard]] const gm_selector* end() const { return all_.data() + many_; }

  private:
    std::array<gm_selector, 2> all_;
    std::size_t many_;
};

bool has(const std::vector<Identity>& identities, gm_u128 hash) {
    return std::ranges::find(identities, hash, &Identity::hash) != identities.end();
}

} // namespace

Slot Life::holder(const gm_selector& selector, std::uint64_t now_ns) const {
    const Slot slot = table_.find(selector);
    return slot != kNoSlot && table_.at(slot).holds(now_ns) ? slot : kNoSlot;
}

Slot Life::rival(const Grant& grant) const {
    for (const gm_selector& selector : Selectors(grant))
        if (const Slot slot = holder(selector, grant.now_ns);
            slot != kNoSlot && table_.at(slot).user != grant.user)
            return slot;
    return kNoSlot;
}

bool Life::has_room(const Grant& grant) const {
    const Slot slot = table_.find(grant.selector);
    std::size_t identities = table_.identities() + grant.registration.identities.size();
    std::size_t selectors = table_.selectors();
    for (const gm_selector& selector : Selectors(grant))
        selectors += table_.find(selector) == kNoSlot ? 1U : 0U;
    if (selectors > rules_.bindings)
        return false;
    if (slot != kNoSlot)
        identities -= table_.holding(slot).identities().size();
    return identities <= rules_.identities;
}

void Life::make_way(const Grant& grant, Outcome& out) {
    for (const gm_selector& selector : Selectors(grant)) {
        const Slot slot = table_.find(selector);
        if (slot == kNoSlot)
            continue;
        const Binding& binding = table_.at(slot);
        const bool own = equal(binding.selector(), grant.selector);
        if (!equal(binding.selector(), selector)) {
            // Only its second: the entry is replaced. Of its own binding refresh() sees to it.
            if (!own)
                give_up_second(slot, out);
        } else if (!own) {
            end(slot, grant.now_ns, out);
        }
    }
}

void Life::give_up_second(Slot slot, Outcome& out) {
    table_.set_client(slot, {table_.at(slot).client.port_c, 0});
    put_binding(slot, table_.holding(slot).identities(), 0, out);
}

void Life::bind(Grant grant, Outcome& out) {
    make_way(grant, out);
    const Slot slot = table_.find(grant.selector);
    if (slot == kNoSlot)
        return create(std::move(grant), out);
    const Binding& binding = table_.at(slot);
    if (binding.expires_ns <= grant.now_ns) {
        end(slot, grant.now_ns, out);
        return create(std::move(grant), out);
    }
    if (binding.user == grant.user)
        return refresh(slot, grant, out);
    take_over(slot, std::move(grant), out);
}

void Life::create(Grant&& grant, Outcome& out) {
    Binding binding;
    binding.set_source(grant.source);
    binding.port = grant.selector.port;
    binding.bits = static_cast<std::uint8_t>(grant.selector.bits);
    binding.user = grant.user;
    binding.subscriber = next_subscriber_++;
    binding.expires_ns = grant.registration.expires_ns;
    binding.since_ns = grant.now_ns;
    binding.contact = grant.contact;
    binding.client = grant.client;
    binding.state = static_cast<std::uint8_t>(grant.state);
    binding.origin = grant.origin;
    Holding holding{std::move(grant.impi), {}};
    const auto& identities =
        holding.registrations.emplace_back(std::move(grant.registration)).identities;
    const Slot slot = table_.insert(std::move(binding), holding);
    holding.each_identity(
        [&](const Identity& identity) { settle(identity.hash, slot, grant.now_ns, out); });
    put_binding(slot, identities.empty() ? nullptr : &identities.front(), grant.now_ns, out);
    const bool bound = grant.state == GM_STATE_BOUND;
    out.notices.push_back(notice(bound ? NoticeKind::bound : NoticeKind::adopted, slot, grant));
    if (!replaced_by(slot, grant.now_ns).empty())
        moves_.push_back({slot, table_.at(slot).subscriber, grant.now_ns});
}

// The user of such a binding is nobody: the hash of its selector, which is no IMPI's.
void Life::adopt(Grant grant, Outcome& out) {
    const Slot slot = table_.find(grant.selector);
    if (slot != kNoSlot && table_.at(slot).expires_ns > grant.now_ns)
        return;
    if (!has_room(grant) || table_.in_state(GM_STATE_ADOPTED) >= rules_.adopted)
        return;
    grant.user = hasher_.bytes("adopted " + text(grant.selector));
    grant.state = GM_STATE_ADOPTED;
    grant.origin = Origin::adopted;
    bind(std::move(grant), out);
}

bool Life::may_be_adopted(const gm_selector& selector, gm_u128 user, std::uint64_t now_ns) const {
    const Slot slot = table_.find(selector);
    if (slot == kNoSlot || table_.at(slot).state != GM_STATE_ADOPTED ||
        table_.at(slot).expires_ns <= now_ns)
        return false;
    return table_.at(slot).user == user || table_.impi(slot).empty();
}

void Life::take_over(Slot slot, Grant&& grant, Outcome& out) {
    const std::uint64_t subscriber = table_.at(slot).subscriber;
    const auto left = table_.holding(slot).identities();
    if (table_.at(slot).second_port() != 0)
        out.operations.emplace_back(EraseBinding{table_.at(slot).second()});
    // What both have becomes the new one's, while the old entry still speaks for it.
    for (const auto& identity : left)
        if (has(grant.registration.identities, identity.hash))
            out.operations.emplace_back(PutShared{identity.hash, subscriber});
    table_.erase(slot);
    const std::uint64_t now_ns = grant.now_ns;
    create(std::move(grant), out); // its PutBinding replaces the entry
    erase_identities(subscriber, left, {}, now_ns, out);
}

void Life::refresh(Slot slot, const Grant& grant, Outcome& out) {
    const bool was_bound = table_.at(slot).state == GM_STATE_BOUND;
    const std::uint64_t subscriber = table_.at(slot).subscriber;
    const Holding old = table_.holding(slot);
    const auto before = old.identities();
    Holding holding = old;
    holding.impi = grant.impi;
    holding.drop_expired(grant.now_ns);
    holding.put(grant.registration);
    const auto after = holding.identities();
    table_.set_holding(slot, old, holding);
    table_.set_contact(slot, grant.contact);
    table_.set_source(slot, grant.source);
    if (grant.challenged)
        renegotiate(slot, grant.client, out);
    table_.set_origin(slot, grant.origin);
    table_.set_state(slot, grant.state, holding.expires_ns());
    put_identities(slot, after, grant.now_ns, out);
    put_binding(slot, after, grant.now_ns, out);
    erase_identities(subscriber, before, after, grant.now_ns, out);
    const bool news = !was_bound && grant.state == GM_STATE_BOUND;
    const auto kind = news ? NoticeKind::bound : NoticeKind::refreshed;
    out.notices.push_back(notice(kind, slot, grant));
    if (was_bound && grant.challenged && grant.selector.port != 0)
        out.notices.push_back(notice(NoticeKind::port_reused, slot, grant));
}

void Life::renegotiate(Slot slot, ClientPorts client, Outcome& out) {
    const Binding& binding = table_.at(slot);
    if (binding.second_port() != 0 && client.port_s != binding.client.port_s)
        out.operations.emplace_back(EraseBinding{binding.second()});
    table_.set_client(slot, client);
}

void Life::deregister(Slot slot, gm_u128 to, std::uint64_t now_ns, Outcome& out) {
    const std::uint64_t subscriber = table_.at(slot).subscriber;
    const Holding old = table_.holding(slot);
    const auto before = old.identities();
    Holding holding = old;
    holding.drop_expired(now_ns);
    if (!holding.erase(to)) {
        out.notices.push_back(notice(NoticeKind::not_believed, slot, now_ns));
        out.notices.back().doubt = Doubt::other_user;
        return;
    }
    if (holding.registrations.empty()) {
        out.notices.push_back(notice(NoticeKind::released, slot, now_ns));
        return cool_down(slot, now_ns + rules_.cooldown_ns, now_ns, out);
    }
    table_.set_holding(slot, old, holding);
    table_.set_state(slot, GM_STATE_BOUND, holding.expires_ns());
    const auto after = holding.identities();
    put_identities(slot, after, now_ns, out);
    put_binding(slot, after, 0, out);
    erase_identities(subscriber, before, after, now_ns, out);
    out.notices.push_back(notice(NoticeKind::refreshed, slot, now_ns));
    out.notices.back().detail = "one of several registrations ended";
}

void Life::lapse(Slot slot, std::uint64_t now_ns, Outcome& out) {
    leave(slot, GM_STATE_LAPSED, table_.at(slot).expires_ns, now_ns, out);
    out.notices.push_back(notice(NoticeKind::lapsed, slot, now_ns));
    out.notices.back().detail = "its security associations are gone: others may bind";
}

void Life::release(Slot slot, std::uint64_t now_ns, Outcome& out) {
    out.notices.push_back(notice(NoticeKind::released, slot, now_ns));
    remove(slot, now_ns, out);
}

void Life::remove(Slot slot, std::uint64_t now_ns, Outcome& out) {
    const Binding& binding = table_.at(slot);
    const std::uint64_t subscriber = binding.subscriber;
    const auto left = table_.holding(slot).identities();
    out.operations.emplace_back(EraseBinding{binding.selector()});
    if (binding.second_port() != 0)
        out.operations.emplace_back(EraseBinding{binding.second()});
    table_.erase(slot);
    erase_identities(subscriber, left, {}, now_ns, out);
}

void Life::end(Slot slot, std::uint64_t now_ns, Outcome& out) {
    const Binding& binding = table_.at(slot);
    if (binding.state == GM_STATE_BOUND && binding.expires_ns <= now_ns)
        out.notices.push_back(notice(NoticeKind::expired, slot, now_ns));
    remove(slot, now_ns, out);
}

void Life::cool_down(Slot slot, std::uint64_t until_ns, std::uint64_t now_ns, Outcome& out) {
    leave(slot, GM_STATE_COOLDOWN, until_ns, now_ns, out);
}

void Life::leave(Slot slot, gm_binding_state state, std::uint64_t until_ns, std::uint64_t now_ns,
                 Outcome& out) {
    const auto identities = table_.holding(slot).identities();
    table_.set_state(slot, state, until_ns);
    put_binding(slot, identities, 0, out);
    put_identities(slot, identities, now_ns, out);
}

void Life::used(const gm_selector& selector, std::uint64_t seen_ns, std::uint64_t now_ns,
                Outcome& out) {
    const auto move = std::ranges::find_if(moves_, [&](const Move& m) {
        const Binding& binding = table_.at(m.slot);
        return binding.subscriber == m.subscriber && equal(binding.selector(), selector);
    });
    if (move == moves_.end() || seen_ns <= move->since_ns)
        return;
    const Slot slot = move->slot;
    moves_.erase(move);
    for (const Slot old : replaced_by(slot, now_ns)) {
        const std::uint64_t until = std::min(table_.at(old).expires_ns, now_ns + rules_.grace_ns);
        cool_down(old, until, now_ns, out);
        out.notices.push_back(notice(NoticeKind::moved, slot, now_ns));
        out.notices.back().detail = "from " + text(table_.at(old).selector());
    }
}

std::vector<Slot> Life::replaced_by(Slot slot, std::uint64_t now_ns) const {
    const Binding& fresh = table_.at(slot);
    auto slots = table_.of_user(fresh.user);
    std::erase_if(slots, [&](Slot other) {
        const Binding& old = table_.at(other);
        const bool same_address = old.address() == fresh.address() && old.bits == fresh.bits;
        return !same_address || old.port == fresh.port || !old.holds(now_ns);
    });
    return slots;
}

std::vector<gm_selector> Life::watched() const {
    std::vector<gm_selector> selectors;
    for (const Move& move : moves_)
        if (table_.at(move.slot).subscriber == move.subscriber)
            selectors.push_back(table_.at(move.slot).selector());
    return selectors;
}

void Life::expire(std::uint64_t now_ns, Outcome& out) {
    for (Slot slot; (slot = table_.next_expired(now_ns)) != kNoSlot;)
        end(slot, now_ns, out);
    std::erase_if(moves_, [&](const Move& move) {
        return table_.at(move.slot).subscriber != move.subscriber ||
               replaced_by(move.slot, now_ns).empty();
    });
}

Slot Life::restore(Binding binding, const Holding& holding) {
    next_subscriber_ = std::max(next_subscriber_, binding.subscriber + 1);
    return table_.insert(std::move(binding), holding);
}

void Life::restore_client(Slot slot, ClientPorts client, bool whole, Outcome& out) {
    table_.set_client(slot, {client.port_c, 0});
    gm_selector second = table_.at(slot).selector();
    second.port = client.port_s;
    if (table_.at(slot).port != 0 && table_.find(second) != kNoSlot)
        return;
    table_.set_client(slot, client);
    if (!whole && table_.at(slot).second_port() != 0)
        put_binding(slot, table_.holding(slot).identities(), 0, out);
}

void Life::put_binding(Slot slot, const std::vector<Identity>& identities, std::uint64_t seen_ns,
                       Outcome& out) const {
    put_binding(slot, identities.empty() ? nullptr : &identities.front(), seen_ns, out);
}

void Life::put_binding(Slot slot, const Identity* first, std::uint64_t seen_ns,
                       Outcome& out) const {
    const Binding& binding = table_.at(slot);
    PutBinding put{binding.selector(), {}};
    put.value.user = binding.user;
    put.value.subscriber = binding.subscriber;
    put.value.expires_ns = binding.expires_ns;
    put.value.last_seen_ns = seen_ns;
    put.value.state = static_cast<gm_binding_state>(binding.state);
    put.value.client_port = binding.client.port_c;
    put.value.server_port = binding.client.port_s;
    copy_text(put.value.selector, text(put.key));
    copy_text(put.value.impi, table_.impi(slot));
    if (first != nullptr) {
        put.value.identity = first->hash;
        copy_text(put.value.impu, first->text);
    }
    out.operations.emplace_back(put);
    if (binding.second_port() == 0)
        return;
    put.key = binding.second();
    std::ranges::fill(put.value.selector, '\0');
    copy_text(put.value.selector, text(put.key));
    out.operations.emplace_back(put);
}

void Life::put_identities(Slot slot, const std::vector<Identity>& identities, std::uint64_t now_ns,
                          Outcome& out) const {
    for (const auto& identity : identities)
        settle(identity.hash, slot, now_ns, out);
}

void Life::erase_identities(std::uint64_t subscriber, const std::vector<Identity>& identities,
                            const std::vector<Identity>& kept, std::uint64_t now_ns,
                            Outcome& out) const {
    for (const auto& identity : identities) {
        if (has(kept, identity.hash))
            continue;
        settle(identity.hash, kNoSlot, now_ns, out, subscriber);
    }
}

Life::Owner Life::first_of(const std::vector<Slot>& slots, std::uint64_t now_ns) const {
    Owner first;
    bool live = false;
    for (const Slot slot : slots) {
        const Binding& binding = table_.at(slot);
        const bool older = binding.subscriber < first.entry.subscriber;
        const bool holds = binding.holds(now_ns);
        if (first.slot != kNoSlot && (live != holds ? live : !older))
            continue;
        live = holds;
        first = {slot, {binding.subscriber, holds ? binding.expires_ns : GM_OWNER_OVER}};
    }
    return first;
}

Life::Owner Life::owner(gm_u128 identity, Slot known, std::uint64_t now_ns) const {
    return first_of(table_.with_identity(identity, known), now_ns);
}

// Nobody is without an identity of his between two of the operations.
void Life::settle(gm_u128 identity, Slot known, std::uint64_t now_ns, Outcome& out,
                  std::uint64_t gone) const {
    const auto slots = table_.with_identity(identity, known);
    if (slots.empty()) {
        out.operations.emplace_back(EraseOwner{identity});
        return;
    }
    const Owner owner = first_of(slots, now_ns);
    for (const Slot slot : slots)
        if (slot != owner.slot)
            out.operations.emplace_back(PutShared{identity, table_.at(slot).subscriber});
    out.operations.emplace_back(PutOwner{identity, owner.entry});
    if (slots.size() > 1 || gone != 0)
        out.operations.emplace_back(EraseShared{identity, owner.entry.subscriber});
    if (gone != 0)
        out.operations.emplace_back(EraseShared{identity, gone});
}

std::string Life::id(Slot slot) const {
    return Id{IdKind::binding, slot, table_.at(slot).subscriber}.text();
}

Notice Life::notice(NoticeKind kind, Slot slot, std::uint64_t now_ns) const {
    const Binding& binding = table_.at(slot);
    Notice notice;
    notice.kind = kind;
    notice.now_ns = now_ns;
    notice.source = {Address(binding.address()), binding.port};
    notice.id = id(slot);
    notice.selector = text(binding.selector());
    notice.impi = table_.impi(slot);
    notice.expires_ns = binding.expires_ns;
    return notice;
}

Notice Life::notice(NoticeKind kind, Slot slot, const Grant& grant) const {
    Notice made = notice(kind, slot, grant.now_ns);
    made.source = grant.source;
    made.listener = grant.listener;
    return made;
}

} // namespace gmguard::binding
