// SPDX-License-Identifier: BSD-2-Clause
#include "binding/rivals.hpp"

#include "binding/ids.hpp"
#include "binding/selector.hpp"

#include <utility>

namespace gmguard::binding {

bool Rivals::is_contest(const Address& source) const {
    return conflicts_ && conflicts_(source) == GM_CONFLICT_CONTEST;
}

Notice Rivals::notice(NoticeKind kind, const Grant& grant, Slot holder) const {
    Notice made;
    made.kind = kind;
    made.now_ns = grant.now_ns;
    made.source = grant.source;
    made.listener = grant.listener;
    made.selector = text(grant.selector);
    made.impi = grant.impi;
    made.other_impi = life_.table().impi(holder);
    made.expires_ns = grant.registration.expires_ns;
    made.id = life_.id(holder);
    return made;
}

void Rivals::challenged(const Grant& wanted, const Address& pcscf, Outcome& out) {
    Slot holder = life_.rival(wanted);
    if (holder == kNoSlot) {
        // Its Security-Client names other ports than the one that it asked from.
        Grant asked = wanted;
        asked.client = {};
        asked.selector = make_selector(wanted.source, forms_(wanted.source.address));
        holder = life_.rival(asked);
    }
    if (holder == kNoSlot)
        return;
    const std::size_t before = out.probes.size();
    ask(holder, pcscf, wanted.listener, wanted.now_ns, out);
    if (out.probes.size() != before)
        out.notices.push_back(notice(NoticeKind::contested, wanted, holder));
}

void Rivals::ask(Slot holder, const Address& pcscf, std::uint32_t listener, std::uint64_t now_ns,
                 Outcome& out) {
    const Binding& binding = life_.table().at(holder);
    const auto* contest = contests_.begin(binding.subscriber, pcscf, listener, now_ns);
    if (contest == nullptr)
        return;
    Probe probe;
    probe.number = contest->number;
    probe.subscriber = binding.subscriber;
    probe.phone = binding.reached_at();
    probe.pcscf = {pcscf, 0};
    probe.listener = listener;
    if (const auto way = associations_.way_to(holder)) {
        probe.phone.address = way->phone.address;
        probe.pcscf = way->pcscf;
    }
    out.probes.push_back(probe);
}

void Rivals::accepted(const Grant& grant, Slot holder, Outcome& out) {
    const bool contest = is_contest(grant.source.address);
    const std::uint64_t subscriber = life_.table().at(holder).subscriber;
    if (contest && contests_.is_gone(subscriber, grant.now_ns))
        return supersede(holder, grant, out);
    keep_as_shadow(grant, holder, out);
    if (!contest)
        return;
    const auto* known = contests_.find(subscriber);
    if (known != nullptr && known->answer == Contests::Answer::here)
        out.notices.push_back(notice(NoticeKind::address_conflict, grant, holder));
    ask(holder, known != nullptr ? known->pcscf : Address{}, grant.listener, grant.now_ns, out);
}

void Rivals::keep_as_shadow(const Grant& grant, Slot holder, Outcome& out) {
    out.notices.push_back(notice(NoticeKind::conflict, grant, holder));
    Shadow shadow;
    shadow.selector = grant.selector;
    shadow.source = grant.source;
    shadow.listener = grant.listener;
    shadow.impi = grant.impi;
    shadow.user = grant.user;
    shadow.client = grant.client;
    shadow.since_ns = grant.now_ns;
    shadow.expires_ns = grant.registration.expires_ns;
    for (const auto& identity : grant.registration.identities)
        shadow.impus.push_back(identity.text);
    if (const auto number = shadows_.add(std::move(shadow))) {
        out.notices.push_back(notice(NoticeKind::shadowed, grant, holder));
        out.notices.back().id = Id{IdKind::shadow, kNoSlot, *number}.text();
    }
}

void Rivals::supersede(Slot holder, const Grant& grant, Outcome& out) {
    if (!life_.has_room(grant))
        return;
    contests_.forget(life_.table().at(holder).subscriber);
    out.notices.push_back(notice(NoticeKind::superseded, grant, holder));
    life_.supersede(holder, grant.now_ns, out);
    // Of two holders, one of each port, both must be gone.
    if (const Slot other = life_.rival(grant); other != kNoSlot)
        return accepted(grant, other, out);
    life_.bind(grant, out);
    shadows_.erase(grant.selector, grant.user);
}

Grant Rivals::grant_of(const Shadow& shadow, std::uint64_t now_ns) const {
    Grant grant;
    grant.now_ns = now_ns;
    grant.source = shadow.source;
    grant.selector = shadow.selector;
    grant.listener = shadow.listener;
    grant.impi = shadow.impi;
    grant.user = shadow.user;
    grant.client = shadow.client;
    grant.challenged = true;
    grant.registration.expires_ns = shadow.expires_ns;
    for (const auto& impu : shadow.impus)
        grant.registration.identities.push_back({hasher_.identity(impu), impu});
    return grant;
}

std::vector<std::uint64_t> Rivals::waiting_for(std::uint64_t holder, std::uint64_t now_ns) const {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, shadow] : shadows_.all()) {
        const Slot slot = life_.rival(grant_of(shadow, now_ns));
        if (slot != kNoSlot && life_.table().at(slot).subscriber == holder &&
            is_contest(shadow.source.address))
            numbers.push_back(number);
    }
    return numbers;
}

void Rivals::probed(const Probed& event, Outcome& out) {
    const auto holder = contests_.end(event.number, event.answered);
    if (!holder)
        return;
    const auto waiting = waiting_for(*holder, event.now_ns);
    if (waiting.empty())
        return;
    if (!event.answered) {
        const Grant grant = grant_of(*shadows_.find(waiting.back()), event.now_ns);
        return supersede(life_.rival(grant), grant, out);
    }
    for (const std::uint64_t number : waiting) {
        const Grant grant = grant_of(*shadows_.find(number), event.now_ns);
        out.notices.push_back(notice(NoticeKind::address_conflict, grant, life_.rival(grant)));
    }
}

void Rivals::renewed(const gm_selector& selector) {
    if (const Slot slot = life_.table().find(selector); slot != kNoSlot)
        contests_.forget(life_.table().at(slot).subscriber);
}

// Free by now, or its holder is to be asked again.
void Rivals::look_at(const Shadow& shadow, std::uint64_t now_ns, Outcome& out) {
    const Grant grant = grant_of(shadow, now_ns);
    const Slot holder = life_.rival(grant);
    if (holder != kNoSlot) {
        const auto* known = contests_.find(life_.table().at(holder).subscriber);
        return ask(holder, known != nullptr ? known->pcscf : Address{}, grant.listener, now_ns,
                   out);
    }
    if (!life_.has_room(grant))
        return;
    life_.bind(grant, out);
    shadows_.erase(grant.selector, grant.user);
}

void Rivals::tick(std::uint64_t now_ns, Outcome& out) {
    contests_.expire(now_ns);
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, shadow] : shadows_.all())
        if (is_contest(shadow.source.address))
            numbers.push_back(number);
    for (const std::uint64_t number : numbers)
        if (const Shadow* shadow = shadows_.find(number); shadow != nullptr)
            look_at(Shadow(*shadow), now_ns, out);
}

} // namespace gmguard::binding
