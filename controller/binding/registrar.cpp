// SPDX-License-Identifier: BSD-2-Clause
#include "binding/registrar.hpp"

#include "binding/ids.hpp"
#include "binding/sec_agree.hpp"
#include "binding/selector.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace gmguard::binding {
namespace {

constexpr std::string_view kRegister = "REGISTER";

bool is_register(const sip::Message& message, bool request) {
    return message.request == request && message.method == kRegister && message.cseq &&
           !message.call_id.empty() && !message.vias.empty();
}

// What a transaction needs to be told from all others.
bool can_open(const sip::Message& message) {
    return is_register(message, true) && message.vias.size() == 1 &&
           !message.vias.front().branch.empty() && message.to.has_value();
}

bool names_user(const sip::Message& message) {
    const auto& authorization = message.authorization;
    return authorization && authorization->username && !authorization->username->empty();
}

// The same text has the same hash: most are only compared.
bool is_to(const sip::Message& message, const Transaction& t, const Hasher& hasher) {
    return message.to &&
           (message.to->text == t.to_text || hasher.identity(message.to->text) == t.to);
}

bool is_user(const sip::Message& message, const Transaction& t, const Hasher& hasher) {
    if (names_user(message) && *message.authorization->username == t.impi)
        return true;
    return hasher.impi(message.impi()) == t.user;
}

// REQUIRES: the message is a 401 with a nonce.
Asked asked(const sip::Message& message) {
    const auto text = [](const std::optional<sip::Text>& text) {
        return text ? text->view() : std::string_view{};
    };
    const auto& challenge = *message.challenge;
    Asked::Texts texts{
        {}, {}, text(challenge.realm), text(challenge.nonce), text(challenge.algorithm)};
    if (message.to) {
        texts.impu = message.to->text;
        texts.domain = message.to->host;
    }
    return Asked(texts);
}

bool belongs_to(const Pending& pending, const Transaction& t) {
    // A challenge to a REGISTER without Authorization was for whoever may register its To.
    return pending.user == t.user || (pending.derived && pending.to == t.to);
}

} // namespace

Registrar::Registrar(const Hasher& hasher, const KeyForms& forms, const Adoption& adoption,
                     const Encrypts& encrypts, const Rules& rules, Life& life,
                     Challenges& challenges, Shadows& shadows, Associations& associations,
                     Rivals& rivals)
    : hasher_(hasher), forms_(forms), adoption_(adoption), encrypts_(encrypts), rules_(rules),
      life_(life), challenges_(challenges), shadows_(shadows), associations_(associations),
      rivals_(rivals), transactions_(rules.transactions, rules.open_per_selector) {}

gm_challenge_key Registrar::challenge_key(const Transaction& t) {
    return {t.selector.address, t.nonce};
}

Notice Registrar::notice(NoticeKind kind, const Transaction& t, std::uint64_t now_ns, Doubt doubt) {
    Notice made;
    made.kind = kind;
    made.doubt = doubt;
    made.now_ns = now_ns;
    made.source = t.source;
    made.listener = t.listener;
    made.selector = text(t.selector);
    made.impi = t.impi;
    return made;
}

void Registrar::hear(Tap tap, const Heard& heard, Outcome& out) {
    switch (tap) {
    case Tap::clear:
        return request(heard, false, out);
    case Tap::inner:
        return request(heard, true, out);
    case Tap::onward:
        return onward(heard, out);
    case Tap::core:
        return from_core(heard, out);
    case Tap::leaving:
        return leaving(heard, out);
    }
}

void Registrar::request(const Heard& heard, bool is_protected, Outcome& out) {
    const sip::Message& message = heard.message;
    if (!can_open(message))
        return;
    Transaction t;
    t.is_protected = is_protected;
    t.key = transaction_key(message, message.vias.front(), hasher_);
    t.selector = make_selector(heard.source, forms_(heard.source.address));
    t.source = heard.source;
    t.seen = {heard.inner.value_or(heard.source.address), heard.source.port};
    t.listener = heard.listener;
    t.impi = message.impi();
    t.user = hasher_.impi(t.impi);
    t.derived = !names_user(message);
    t.to = hasher_.identity(message.to->text);
    t.to_text = message.to->text.view();
    if (message.authorization && message.authorization->nonce)
        t.nonce = hasher_.nonce(*message.authorization->nonce);
    t.client = client_ports(message);
    t.security_client = agreement_key(message.security_client, hasher_);
    t.security_verify = agreement_key(message.security_verify, hasher_);
    t.ask = read_ask(message, t.selector, rules_.default_expires_s, hasher_);
    t.due_ns = heard.now_ns + rules_.answer_timeout_ns;
    if (t.user == 0 || t.to == 0)
        return;
    const auto how = transactions_.open(std::move(t));
    if (how == Transactions::Opened::too_many)
        out.notices.push_back(
            notice(NoticeKind::not_believed, t, heard.now_ns, Doubt::too_many_open));
    if (how == Transactions::Opened::yes && is_protected)
        opened(transactions_.opened(), heard.now_ns, out);
}

void Registrar::opened(const Transaction& t, std::uint64_t now_ns, Outcome& out) {
    // The registration timer waits for the answer.
    const Pending* pending = challenges_.find(challenge_key(t));
    if (pending != nullptr && belongs_to(*pending, t)) {
        challenges_.prolong(pending->key, t.due_ns);
        check_agreement(t, *pending, now_ns, out);
    } else {
        adopt(t.source, t.listener, now_ns, out);
    }
    const Slot slot = life_.holder(t.selector, now_ns);
    if (slot != kNoSlot && life_.table().at(slot).user == t.user)
        life_.used(t.selector, now_ns, now_ns, out);
}

void Registrar::check_agreement(const Transaction& t, const Pending& pending, std::uint64_t now_ns,
                                Outcome& out) {
    if (!encrypts_ || !encrypts_(t.listener))
        return;
    const auto differs = [](gm_u128 was, gm_u128 is) { return was != 0 && was != is; };
    const bool client = differs(pending.security_client, t.security_client);
    const bool server = differs(pending.security_server, t.security_verify);
    if (!client && !server)
        return;
    associations_.doubt(pending);
    out.notices.push_back(notice(NoticeKind::sec_agree_mismatch, t, now_ns));
    out.notices.back().detail =
        client ? "Security-Client is not that of the REGISTER that was challenged"
               : "Security-Verify is not the Security-Server of the 401";
}

void Registrar::adopt(const Endpoint& source, std::uint32_t listener, std::uint64_t now_ns,
                      Outcome& out) {
    Grant who;
    who.now_ns = now_ns;
    who.source = source;
    who.listener = listener;
    adopt(std::move(who), adoption_ ? adoption_(listener) : 0, out);
}

void Registrar::adopt(const SaInstalled& event, Outcome& out) {
    if (event.source.port == 0 && forms_(event.source.address).with_port != 0)
        return;
    Grant who;
    who.now_ns = event.now_ns;
    who.source = event.source;
    adopt(std::move(who), event.adopted_until_ns, out);
}

void Registrar::adopt(Grant who, std::uint64_t until_ns, Outcome& out) {
    if (until_ns <= who.now_ns)
        return;
    who.selector = make_selector(who.source, forms_(who.source.address));
    who.registration.expires_ns = until_ns;
    life_.adopt(std::move(who), out);
}

Registrar::Match Registrar::match(const sip::Message& message, const sip::Via& phone) {
    Match found;
    std::size_t fitting = 0;
    const auto look = [&](const Transactions::Known& known, Transaction* open) {
        const bool fits = may_come_from(phone, known.seen_at());
        fitting += fits ? 1U : 0U;
        if (!found.is_known || (fits && fitting == 1))
            found.transaction = open;
        found.is_known = true;
    };
    transactions_.each(transaction_key(message, phone, hasher_), look);
    if (found.is_known && fitting != 1)
        found.doubt = fitting == 0 ? Doubt::other_source : Doubt::ambiguous;
    return found;
}

Registrar::Match Registrar::match_any(const sip::Message& message) {
    // The phone's is the last one, but in what is not believed.
    for (std::size_t i = std::min<std::size_t>(message.vias.size(), 4); i-- != 0;) {
        Match found = match(message, message.vias[i]);
        found.via = i;
        if (found.is_known)
            return found;
    }
    return {};
}

bool Registrar::altered(const Transaction& t, const sip::Message& onward, const Ask& ask) const {
    if (!is_to(onward, t, hasher_) || !is_user(onward, t, hasher_))
        return true;
    return ask.wish != t.ask.wish || ask.all != t.ask.all;
}

void Registrar::onward(const Heard& heard, Outcome& out) {
    const sip::Message& message = heard.message;
    if (!is_register(message, true))
        return;
    const Match found = match_any(message);
    if (found.transaction == nullptr)
        return;
    Transaction& t = *found.transaction;
    const bool two = message.vias.size() == 2 && found.via == 1;
    const Doubt doubt = two ? found.doubt : Doubt::via_list;
    if (doubt != Doubt::none)
        return out.notices.push_back(notice(NoticeKind::not_believed, t, heard.now_ns, doubt));
    const Ask ask = read_ask(message, t.selector, rules_.default_expires_s, hasher_);
    if (altered(t, message, ask)) {
        t.altered = true;
        return out.notices.push_back(
            notice(NoticeKind::not_believed, t, heard.now_ns, Doubt::altered));
    }
    t.own_vias.add(via_key(message.vias.front(), hasher_));
    t.onward_contact = ask.contact;
}

Doubt Registrar::doubt_core(const Match& found, const sip::Message& answer) const {
    const Transaction& t = *found.transaction;
    if (answer.vias.size() != 2 || found.via != 1)
        return Doubt::via_list;
    if (found.doubt != Doubt::none)
        return found.doubt;
    if (t.altered)
        return Doubt::altered;
    if (t.own_vias.empty())
        return Doubt::not_sent_on;
    if (!t.own_vias.has(via_key(answer.vias.front(), hasher_)))
        return Doubt::via_list;
    if (!is_to(answer, t, hasher_))
        return Doubt::other_user;
    return Doubt::none;
}

void Registrar::from_core(const Heard& heard, Outcome& out) {
    const sip::Message& answer = heard.message;
    if (!rules_.believes_core || !is_register(answer, false) || answer.status < 200)
        return;
    const Match found = match_any(answer);
    if (found.transaction == nullptr)
        return;
    Transaction& t = *found.transaction;
    if (const Doubt doubt = doubt_core(found, answer); doubt != Doubt::none) {
        const auto kind =
            doubt == Doubt::via_list ? NoticeKind::forged_answer : NoticeKind::not_believed;
        return out.notices.push_back(notice(kind, t, heard.now_ns, doubt));
    }
    if (answer.status == 401) {
        t.core_nonce = answer.challenge && answer.challenge->nonce
                           ? hasher_.nonce(*answer.challenge->nonce)
                           : 0;
        // To the phone it goes encrypted (H17).
        if (t.is_protected && encrypts_ && encrypts_(t.listener))
            challenged(t, heard, out);
    } else if (answer.status < 300)
        accepted(t, heard, out);
    else if (answer.status != 408 && answer.status / 100 != 5)
        refused(t, out);
    // 408 and 5xx end one branch: the P-CSCF may try another core, or the time-out ends it.
}

Doubt Registrar::doubt_leaving(const Match& found, const Heard& heard) const {
    const Transaction& t = *found.transaction;
    if (heard.message.vias.size() != 1)
        return Doubt::via_list;
    if (found.doubt != Doubt::none)
        return found.doubt;
    if (heard.destination.address != t.seen.address)
        return Doubt::other_source;
    if (!is_to(heard.message, t, hasher_))
        return Doubt::other_user;
    if (heard.message.status != 401 || !rules_.believes_core)
        return Doubt::none;
    const auto& challenge = heard.message.challenge;
    if (t.core_nonce == 0)
        return Doubt::not_sent_on;
    const bool same =
        challenge && challenge->nonce && hasher_.nonce(*challenge->nonce) == t.core_nonce;
    return same ? Doubt::none : Doubt::other_nonce;
}

void Registrar::leaving(const Heard& heard, Outcome& out) {
    const sip::Message& answer = heard.message;
    if (!is_register(answer, false) || !rules_.minds_leaving(answer.status))
        return;
    const Match found = match_any(answer);
    if (found.transaction == nullptr)
        return;
    Transaction& t = *found.transaction;
    if (const Doubt doubt = doubt_leaving(found, heard); doubt != Doubt::none)
        return out.notices.push_back(notice(NoticeKind::not_believed, t, heard.now_ns, doubt));
    if (answer.status == 401)
        challenged(t, heard, out);
    else if (answer.status < 300)
        accepted(t, heard, out);
    else
        refused(t, out);
}

void Registrar::challenged(Transaction& t, const Heard& heard, Outcome& out) {
    const auto& challenge = heard.message.challenge;
    const gm_u128 nonce =
        challenge && challenge->nonce ? hasher_.nonce(*challenge->nonce) : gm_u128{0};
    if (nonce == 0)
        return refused(t, out);
    end_challenge(t, out); // the nonce that it answered did not do
    Pending pending;
    pending.key = {t.selector.address, nonce};
    pending.selector = t.selector;
    pending.source = t.source;
    pending.listener = t.listener;
    pending.impi = t.impi;
    pending.user = t.user;
    pending.derived = t.derived;
    pending.to = t.to;
    pending.client = t.client;
    pending.security_client = t.security_client;
    pending.asked = asked(heard.message);
    pending.since_ns = heard.now_ns;
    // Only one that leaves in clear was seen on its way to the phone.
    const bool leaving = heard.destination.address == t.seen.address;
    const auto& server = heard.message.security_server;
    if (leaving)
        pending.security_server = agreement_key(server, hasher_);
    const gm_challenge_key key = pending.key;
    const PutChallenge put_it = put(pending, heard.now_ns + rules_.registration_timer_ns);
    if (const auto gone = challenges_.add(std::move(pending)))
        out.operations.emplace_back(EraseChallenge{*gone});
    if (const Pending* made = challenges_.find(key))
        associations_.offer(*made, heard.source.address,
                            leaving ? std::span(server)
                                    : std::span<const sip::SecurityMechanism>{});
    out.operations.emplace_back(put_it);
    out.notices.push_back(notice(NoticeKind::challenged, t, heard.now_ns));
    if (!t.is_protected)
        contest(t, heard, out);
    transactions_.finish(t);
}

void Registrar::accepted(Transaction& t, const Heard& heard, Outcome& out) {
    if (!t.is_protected)
        out.notices.push_back(
            notice(NoticeKind::not_believed, t, heard.now_ns, Doubt::clear_register));
    else if (t.ask.wish == Wish::bind)
        commit(t, heard, out);
    else if (t.ask.wish == Wish::remove)
        remove(t, heard, out);
    transactions_.finish(t);
}

Granted Registrar::granted(const Transaction& t, const sip::Message& answer) const {
    std::array<std::uint64_t, 3> contacts{t.ask.contact, t.onward_contact, 0};
    if (t.ask.all)
        if (const Slot slot = life_.table().find(t.selector); slot != kNoSlot)
            contacts.back() = life_.table().at(slot).contact;
    return read_granted(answer, t.ask, contacts, t.selector, hasher_);
}

ClientPorts Registrar::negotiated(ClientPorts named) const {
    return rules_.profile == GM_PROFILE_TS33203 ? named : ClientPorts{};
}

PutChallenge Registrar::put(const Pending& pending, std::uint64_t until_ns) const {
    const ClientPorts client = negotiated(pending.client);
    return {pending.key, {pending.user, until_ns, client.port_c, client.port_s, 0}};
}

Grant Registrar::wanted(const Transaction& t, std::uint64_t now_ns) {
    Grant grant;
    grant.now_ns = now_ns;
    grant.source = t.source;
    grant.selector = t.selector;
    grant.listener = t.listener;
    grant.impi = t.impi;
    grant.user = t.user;
    return grant;
}

Grant Registrar::grant(const Transaction& t, const Heard& heard, std::uint32_t expires_s,
                       const Pending* pending) const {
    Grant grant = wanted(t, heard.now_ns);
    grant.registration.aor = aor_of(t.to);
    grant.registration.expires_ns = heard.now_ns + expires_s * kSecond + rules_.margin_ns;
    grant.registration.identities = read_identities(heard.message, hasher_);
    grant.contact = t.ask.contact;
    grant.challenged = pending != nullptr;
    if (pending != nullptr)
        grant.client = negotiated(pending->client);
    return grant;
}

void Registrar::commit(Transaction& t, const Heard& heard, Outcome& out) {
    const auto doubted = [&](Doubt doubt) {
        out.notices.push_back(notice(NoticeKind::not_believed, t, heard.now_ns, doubt));
    };
    const Slot holder = life_.holder(t.selector, heard.now_ns);
    const bool refreshes = holder != kNoSlot && life_.table().at(holder).user == t.user;
    const Pending* pending = challenges_.find(challenge_key(t));
    if (pending != nullptr && !belongs_to(*pending, t)) {
        doubted(Doubt::other_impi);
        out.notices.back().other_impi = pending->impi;
        return;
    }
    const bool was_there = life_.may_be_adopted(t.selector, t.user, heard.now_ns);
    if (pending == nullptr && !refreshes && !was_there)
        return doubted(Doubt::no_challenge);
    const Granted given = granted(t, heard.message);
    if (given.expires_s == 0)
        return doubted(Doubt::other_contact);
    Grant what = grant(t, heard, given.expires_s, pending);
    // The core knows this user without a challenge, the guard does not: who was there stays
    // adopted.
    if (pending == nullptr && !refreshes)
        what.state = GM_STATE_ADOPTED;
    if (pending != nullptr)
        associations_.rename(t.selector, pending->user, t.user);
    const Slot rival = life_.rival(what);
    std::optional<PutChallenge> again;
    if (rival != kNoSlot && pending != nullptr)
        again = put(*pending, heard.now_ns + rules_.answer_timeout_ns);
    forget_challenges(t, pending, out);
    if (rival != kNoSlot) {
        // Until then he may repeat his REGISTER, as the 200 may be lost on its way to him.
        if (again)
            out.operations.emplace_back(*again);
        return rivals_.accepted(what, rival, out);
    }
    if (!life_.has_room(what))
        return doubted(Doubt::table_full);
    life_.bind(std::move(what), out);
    rivals_.renewed(t.selector);
    shadows_.erase(t.selector, t.user);
}

// Who was challenged may come back for the ports that he named: is their holder there?
void Registrar::contest(const Transaction& t, const Heard& heard, Outcome& out) {
    if (!rivals_.is_contest(t.source.address))
        return;
    Grant wanted = Registrar::wanted(t, heard.now_ns);
    wanted.client = negotiated(t.client);
    const std::uint16_t port = t.client.port_c != 0 ? t.client.port_c : t.source.port;
    wanted.selector = make_selector({t.source.address, port}, forms_(t.source.address));
    rivals_.challenged(wanted, heard.source.address, out);
}

void Registrar::remove(const Transaction& t, const Heard& heard, Outcome& out) {
    shadows_.erase(t.selector, t.user);
    const bool was_there = life_.may_be_adopted(t.selector, t.user, heard.now_ns);
    const Slot slot =
        was_there ? life_.table().find(t.selector) : life_.holder(t.selector, heard.now_ns);
    if (slot == kNoSlot || (life_.table().at(slot).user != t.user && !was_there))
        return;
    const bool ours = t.ask.all || t.ask.ours || t.ask.contact == life_.table().at(slot).contact;
    const Granted left = granted(t, heard.message);
    const bool there = left.listed && left.expires_s > 0;
    if (!ours || there)
        return out.notices.push_back(notice(NoticeKind::not_believed, t, heard.now_ns,
                                            ours ? Doubt::still_there : Doubt::other_contact));
    forget_challenges(t, nullptr, out);
    life_.deregister(slot, t.to, heard.now_ns, out);
}

void Registrar::forget_challenges(const Transaction& t, const Pending* pending, Outcome& out) {
    const gm_u128 challenged = pending != nullptr ? pending->user : t.user;
    const auto forget = [&](gm_u128 user) {
        challenges_.settle(user);
        challenges_.take_all(t.selector.address, user, [&](const gm_challenge_key& gone) {
            out.operations.emplace_back(EraseChallenge{gone});
        });
    };
    forget(t.user);
    if (challenged != t.user)
        forget(challenged);
}

void Registrar::end_challenge(const Transaction& t, Outcome& out) {
    const Pending* pending = challenges_.find(challenge_key(t));
    if (pending == nullptr || !belongs_to(*pending, t))
        return;
    out.operations.emplace_back(EraseChallenge{pending->key});
    challenges_.take(challenge_key(t));
}

void Registrar::refused(Transaction& t, Outcome& out) {
    end_challenge(t, out);
    transactions_.finish(t);
}

void Registrar::unanswered(const Transaction& t, std::uint64_t now_ns, Outcome& out) {
    const bool sent_on = !rules_.believes_core || !t.own_vias.empty();
    if (!t.is_protected || t.altered)
        return;
    out.notices.push_back(notice(NoticeKind::not_believed, t, now_ns,
                                 sent_on ? Doubt::no_answer : Doubt::not_sent_on));
    // One that the P-CSCF never took up says nothing about the challenge.
    if (sent_on)
        end_challenge(t, out);
}

void Registrar::reform(Outcome& out) {
    const auto select = [this](const Endpoint& source) {
        return make_selector(source, forms_(source.address));
    };
    transactions_.reform(select);
    for (Pending& pending : challenges_.take_misfits(select)) {
        out.operations.emplace_back(EraseChallenge{pending.key});
        const std::uint64_t until = pending.expires_ns;
        pending.selector = select(pending.source);
        pending.key.address = pending.selector.address;
        const gm_challenge_key key = pending.key;
        out.operations.emplace_back(put(pending, until));
        if (const auto gone = challenges_.add(std::move(pending)))
            out.operations.emplace_back(EraseChallenge{*gone});
        challenges_.prolong(key, until);
    }
}

bool Registrar::is_bound(gm_u128 user, std::uint64_t now_ns) const {
    return std::ranges::any_of(life_.table().of_user(user),
                               [&](Slot slot) { return life_.table().at(slot).holds(now_ns); });
}

// Anybody can begin a registration in another's name, also from another's address, and say no more:
// the home network hears of none whose user is registered, or has been asked again since (H22).
void Registrar::time_out(const Pending& pending, std::uint64_t now_ns, Outcome& out) {
    Notice ended;
    ended.kind = NoticeKind::auth_timeout;
    ended.now_ns = now_ns;
    ended.source = pending.source;
    ended.listener = pending.listener;
    ended.selector = text(pending.selector);
    ended.impi = pending.impi;
    const bool bound = is_bound(pending.user, now_ns);
    if (bound || !pending.latest) {
        ended.detail = bound ? "not reported: this user is registered"
                             : "not reported: this user was challenged or authenticated since";
    } else {
        const auto [impu, domain, realm, nonce, algorithm] = pending.asked.texts();
        out.failures.push_back({out.notices.size(), pending.impi, std::string(impu),
                                std::string(domain), std::string(realm), std::string(nonce),
                                std::string(algorithm)});
    }
    out.notices.push_back(std::move(ended));
}

void Registrar::tick(std::uint64_t now_ns, Outcome& out) {
    for (const Transaction& t : transactions_.take_due(now_ns))
        unanswered(t, now_ns, out);
    for (const Pending& pending : challenges_.take_expired(now_ns)) {
        out.operations.emplace_back(EraseChallenge{pending.key});
        if (challenges_.of_user(pending.key.address, pending.user) != 0)
            continue; // a later challenge has its own timer
        time_out(pending, now_ns, out);
    }
    shadows_.expire(now_ns);
    rivals_.tick(now_ns, out);
}

} // namespace gmguard::binding
