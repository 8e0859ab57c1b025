// SPDX-License-Identifier: BSD-2-Clause
#include "binding/policy.hpp"

#include "binding/ids.hpp"
#include "binding/parts.hpp"
#include "binding/selector.hpp"

#include <utility>

namespace gmguard::binding {
namespace {

// One overload per event.
struct Handler {
    Life& life;
    Registrar& registrar;
    Associations& associations;
    Rivals& rivals;
    Lapses& lapses;
    Outcome out;

    void operator()(const Unregistered& event) {
        registrar.adopt(event.source, event.listener, event.now_ns, out);
    }
    void operator()(const Tick& event) {
        registrar.tick(event.now_ns, out);
        life.expire(event.now_ns, out);
        associations.expire(event.now_ns);
        lapses.tick(event.now_ns, out);
    }
    void operator()(const SaInstalled& event) {
        associations.install(event);
        registrar.adopt(event, out);
    }
    void operator()(const SaRemoved& event) {
        if (const Slot slot = associations.remove(event, out); slot != kNoSlot)
            lapses.bare(slot, event.now_ns);
    }
    void operator()(const Seen& event) {
        life.used(event.selector, event.last_seen_ns, event.now_ns, out);
    }
    void operator()(const Probed& event) { rivals.probed(event, out); }
    void operator()(const Lost& event) {
        Notice lost;
        lost.kind = NoticeKind::lost;
        lost.now_ns = event.now_ns;
        lost.count = event.count;
        lost.detail = event.ring;
        out.notices.push_back(std::move(lost));
    }
};

std::unexpected<Error> no_such(std::string_view id) {
    return fail(ErrorKind::not_found, "binding " + std::string(id), "there is none of this id");
}

} // namespace

Policy::Policy(const Hasher& hasher, KeyForms forms, Rules rules)
    : parts_(std::make_unique<Parts>(hasher, std::move(forms), rules)) {}

Policy::~Policy() = default;

Outcome Policy::handle(const Event& event) {
    Handler handler{parts_->life,   parts_->registrar, parts_->associations,
                    parts_->rivals, parts_->lapses,    {}};
    std::visit(handler, event);
    const auto now_ns = std::visit([](const auto& any) { return any.now_ns; }, event);
    parts_->associations.settle(now_ns, handler.out);
    return std::move(handler.out);
}

void Policy::hear(Tap tap, const Heard& heard, Outcome& out) {
    parts_->registrar.hear(tap, heard, out);
    parts_->associations.settle(heard.now_ns, out);
}

bool Policy::minds_leaving(int status) const {
    return parts_->rules.minds_leaving(status);
}

Result<Grant> Policy::read(const Add& request) const {
    const gm_key_form form = parts_->forms(request.source.address);
    Grant grant;
    grant.now_ns = request.now_ns;
    grant.source = request.source;
    grant.selector = make_selector(request.source, form);
    grant.impi = request.impi;
    grant.user = parts_->hasher.impi(request.impi);
    grant.registration.expires_ns = request.now_ns + request.lifetime_ns;
    grant.origin = Origin::api;
    const std::string subject = "binding " + text(grant.selector);
    if (form.with_port != 0 && request.source.port == 0)
        return fail(ErrorKind::invalid, subject, "the port counts here and must be given");
    if (request.impi.empty() || grant.user == 0)
        return fail(ErrorKind::invalid, subject, "the impi is no user@host");
    if (request.impus.empty() || request.lifetime_ns == 0)
        return fail(ErrorKind::invalid, subject, "an impu and a lifetime are needed");
    for (const auto& impu : request.impus) {
        const gm_u128 hash = parts_->hasher.identity(impu);
        if (hash == 0)
            return fail(ErrorKind::invalid, subject, "no public identity: " + impu);
        grant.registration.identities.push_back({hash, impu});
    }
    return grant;
}

Result<Outcome> Policy::add(const Add& request) {
    const auto grant = read(request);
    if (!grant)
        return fail(grant.error());
    Life& life = parts_->life;
    const std::string subject = "binding " + text(grant->selector);
    if (const Slot holder = life.rival(*grant); holder != kNoSlot)
        return fail(ErrorKind::conflict, subject, "is bound to " + life.table().impi(holder),
                    "release " + life.id(holder) + " first");
    if (!life.has_room(*grant))
        return fail(ErrorKind::exhausted, subject, "the maps are full");
    Outcome out;
    life.bind(*grant, out);
    parts_->shadows.erase(grant->selector, grant->user);
    parts_->associations.settle(request.now_ns, out);
    return out;
}

Result<Outcome> Policy::release(std::string_view text, std::uint64_t now_ns) {
    const auto id = Id::parse(text);
    if (!id || !find(text))
        return no_such(text);
    Outcome out;
    if (id->kind == IdKind::binding) {
        parts_->life.release(id->slot, now_ns, out);
    } else if (id->kind == IdKind::shadow) {
        (void)parts_->shadows.erase(id->number);
    } else {
        const gm_challenge_key key = parts_->challenges.find(id->number)->key;
        parts_->challenges.take(key);
        out.operations.emplace_back(EraseChallenge{key});
    }
    parts_->associations.settle(now_ns, out);
    return out;
}

Outcome Policy::end_lease(const Prefix& addresses, std::uint64_t now_ns) {
    Outcome out;
    const Table& table = parts_->life.table();
    const unsigned unit = parts_->forms(addresses.address).bits;
    const auto slots = addresses.bits >= unit
                           ? table.at_address(addresses.address.masked(unit).value(), unit)
                           : table.within(addresses);
    for (const Slot slot : slots) {
        parts_->life.release(slot, now_ns, out);
        out.notices.back().detail = "the lease of its address is over";
    }
    parts_->shadows.erase(addresses);
    parts_->associations.settle(now_ns, out);
    return out;
}

Result<Outcome> Policy::hand_over(std::string_view text, std::uint64_t now_ns) {
    const auto id = Id::parse(text);
    const Shadow* shadow =
        id && id->kind == IdKind::shadow ? parts_->shadows.find(id->number) : nullptr;
    if (shadow == nullptr || shadow->expires_ns <= now_ns)
        return no_such(text);
    const Grant grant = parts_->rivals.grant_of(*shadow, now_ns);
    Life& life = parts_->life;
    if (!life.has_room(grant))
        return fail(ErrorKind::exhausted, "binding " + std::string(text), "the maps are full");
    Outcome out;
    for (Slot rival; (rival = life.rival(grant)) != kNoSlot;)
        life.release(rival, now_ns, out);
    life.bind(grant, out);
    (void)parts_->shadows.erase(id->number);
    parts_->associations.settle(now_ns, out);
    return out;
}

std::vector<gm_selector> Policy::watched() const {
    return parts_->life.watched();
}

void Policy::believe_core(bool core_peers_are_configured) {
    parts_->rules.believes_core = core_peers_are_configured;
}

std::vector<SpiView> Policy::spis(std::uint64_t now_ns) const {
    return parts_->associations.view(now_ns);
}

std::optional<SpiView> Policy::spi(const Address& pcscf, std::uint32_t spi,
                                   std::uint64_t now_ns) const {
    return parts_->associations.view(pcscf, spi, now_ns);
}

void Policy::contest_by(Conflicts conflicts) {
    parts_->conflicts = std::move(conflicts);
}

void Policy::judged_by(gm_profile profile) {
    parts_->rules.profile = profile;
}

void Policy::encrypted_by(Encrypts encrypts) {
    parts_->encrypts = std::move(encrypts);
}

void Policy::adopt_by(Adoption adoption) {
    parts_->adoption = std::move(adoption);
}

} // namespace gmguard::binding
