// SPDX-License-Identifier: BSD-2-Clause
#include "unit/binding/play.hpp"

#include "binding/selector.hpp"
#include "harness/kept.hpp"
#include "unit/binding/entries.hpp"
#include "unit/binding/steps.hpp"

#include <gtest/gtest.h>

namespace gmguard::binding {
namespace {

constexpr const char* kPcscf = "192.0.2.1:5060";
constexpr const char* kPcscfProtected = "192.0.2.1:6100";
constexpr const char* kPcscfCore = "198.51.100.1:5060";
constexpr const char* kCore = "198.51.100.2:5060";

Endpoint at(const char* text) {
    return *Endpoint::parse(text);
}

sip::Via via_of(const Endpoint& sender, const std::string& branch) {
    sip::Via via;
    via.transport = "UDP";
    via.host = test::kept(sender.address.text());
    via.port = sender.port;
    via.branch = test::kept(branch);
    return via;
}

std::string line_of(const Notice& notice) {
    std::string line(name(notice.kind));
    if (notice.doubt != Doubt::none)
        line += "/" + std::string(name(notice.doubt));
    if (!notice.impi.empty())
        line += " " + notice.impi;
    if (!notice.other_impi.empty())
        line += " against " + notice.other_impi;
    return line;
}

const char* state_name(gm_binding_state state) {
    return state == GM_STATE_BOUND      ? "bound"
           : state == GM_STATE_ADOPTED  ? "adopted"
           : state == GM_STATE_COOLDOWN ? "cooldown"
           : state == GM_STATE_LAPSED   ? "lapsed"
                                        : "?";
}

} // namespace

const Phone alice{"alice@ims.test", {"sip:alice@ims.test", "tel:+15550100"}, at("192.0.2.7:5062")};
const Phone mallory{"mallory@ims.test", {"sip:mallory@ims.test"}, at("192.0.2.7:5062")};
const Phone bob{"bob@ims.test", {"sip:bob@ims.test"}, at("192.0.2.8:5062")};
const Phone alice_moved{
    "alice@ims.test", {"sip:alice@ims.test", "tel:+15550100"}, at("192.0.2.7:5072")};
const Phone alice_roaming{
    "alice@ims.test", {"sip:alice@ims.test", "tel:+15550100"}, at("192.0.2.99:5062")};
const Phone carol_v6{"carol@ims.test", {"sip:carol@ims.test"}, at("[2001:db8:1:2::a]:5060")};
const Phone carol_v6_privacy{
    "carol@ims.test", {"sip:carol@ims.test"}, at("[2001:db8:1:2::b]:5060")};
const Phone dave_v6{"dave@ims.test", {"sip:dave@ims.test"}, at("[2001:db8:1:2::d]:5060")};
const Phone shared{"second@ims.test", {"sip:second@ims.test"}, at("192.0.2.9:5062")};

Play::Play(Rules a_rules, gm_key_form a_form, gm_key_form a_form_v6)
    : rules(a_rules), form(a_form), form_v6(a_form_v6),
      forms([this](Address source) { return source.is_v4() ? form : form_v6; }),
      policy(hasher, forms, rules) {}

void Play::open(const Phone& phone, bool is_protected, const Changes& changes) {
    ++count_;
    const std::string tag = std::to_string(count_);
    attempt = {
        phone, "call-" + tag, "z9hG4bKphone" + tag, "z9hG4bKown" + tag, count_, "nonce-" + tag, {}};
    Heard heard{now_ns, phone.at, at(is_protected ? kPcscfProtected : kPcscf), 1, {}};
    sip::Message& m = heard.message;
    m.request = true;
    m.method = m.cseq_method = "REGISTER";
    m.call_id = test::kept(attempt.call_id);
    m.cseq = attempt.cseq;
    m.from_tag = test::kept("tag" + tag);
    m.from = m.to = uri(phone.impus.front());
    m.vias = {via_of(phone.at, attempt.branch)};
    m.contacts = {contact(phone.at, 600)};
    sip::Digest authorization;
    authorization.scheme = "Digest";
    authorization.username = test::kept(phone.impi);
    authorization.nonce = test::kept(is_protected ? nonces_[phone.impi] : "");
    m.authorization = authorization;
    for (const auto& change : changes)
        change(heard);
    attempt.request = m;
    hear(is_protected ? Tap::inner : Tap::clear, heard);
}

void Play::clear(const Phone& phone, const Changes& changes) {
    open(phone, false, changes);
}

void Play::inner(const Phone& phone, const Changes& changes) {
    open(phone, true, changes);
}

void Play::onward(const Changes& changes) {
    Heard heard{now_ns, at(kPcscfCore), at(kCore), 0, attempt.request};
    auto& vias = heard.message.vias;
    vias.insert(vias.begin(), via_of(at(kPcscfCore), attempt.own_branch));
    for (const auto& change : changes)
        change(heard);
    hear(Tap::onward, heard);
}

Heard Play::answer(int status) const {
    Heard heard{now_ns, at(kCore), at(kPcscfCore), 0, {}};
    sip::Message& m = heard.message;
    const sip::Message& asked = attempt.request;
    m.status = status;
    m.method = m.cseq_method = "REGISTER";
    m.call_id = asked.call_id;
    m.cseq = asked.cseq;
    m.from = asked.from;
    m.to = asked.to;
    m.from_tag = asked.from_tag;
    m.to_tag = "core";
    m.vias = asked.vias;
    if (status == 401) {
        m.challenge = sip::Digest{};
        m.challenge->scheme = "Digest";
        m.challenge->nonce = test::kept(attempt.nonce);
    } else if (status == 200) {
        m.contacts = asked.contacts;
        for (const auto& impu : attempt.phone.impus)
            m.associated_uris.push_back(uri(impu));
    }
    return heard;
}

void Play::core(int status, const Changes& changes) {
    Heard heard = answer(status);
    auto& vias = heard.message.vias;
    vias.insert(vias.begin(), via_of(at(kPcscfCore), attempt.own_branch));
    for (const auto& change : changes)
        change(heard);
    hear(Tap::core, heard);
}

void Play::leaving(int status, const Changes& changes) {
    Heard heard = answer(status);
    heard.source = at(kPcscf);
    heard.destination = attempt.phone.at;
    for (const auto& change : changes)
        change(heard);
    if (status == 401)
        nonces_[attempt.phone.impi] = attempt.nonce;
    hear(Tap::leaving, heard);
}

void Play::tick(double seconds) {
    now_ns += static_cast<std::uint64_t>(seconds * 1e9);
    for (const auto& selector : policy.watched()) {
        const auto entry = kernel.bindings.find({selector.address, selector.port, selector.bits});
        if (entry != kernel.bindings.end())
            take(policy.handle(Seen{now_ns, selector, entry->second.last_seen_ns}));
    }
    take(policy.handle(Tick{now_ns}));
}

void Play::seen(const Phone& phone) {
    const auto selector = make_selector(phone.at, forms(phone.at.address));
    kernel.bindings.at({selector.address, selector.port, selector.bits}).last_seen_ns = now_ns;
}

void Play::challenge(const Phone& phone) {
    clear(phone);
    onward();
    core(401);
    leaving(401);
}

void Play::accept(const Phone& phone, const Changes& request, const Changes& given) {
    inner(phone, request);
    onward();
    core(200, given);
}

void Play::registers(const Phone& phone, const Changes& request, const Changes& given) {
    challenge(phone);
    accept(phone, request, given);
}

void Play::deregisters(const Phone& phone, const Changes& given) {
    Changes changes{no_contacts()};
    changes.insert(changes.end(), given.begin(), given.end());
    accept(phone, {expiry(0)}, changes);
}

Outcome Play::adopt() {
    std::vector<std::pair<gm_selector, gm_binding>> bindings;
    for (const auto& [key, value] : kernel.bindings) {
        gm_selector selector{};
        std::tie(selector.address, selector.port, selector.bits) = key;
        bindings.emplace_back(selector, value);
    }
    auto owners = kernel.owners;
    for (const auto& [identity, subscriber] : kernel.shared)
        owners[gm_beside_owner(identity, subscriber)] = {subscriber, GM_OWNER_BESIDE};
    return *policy.adopt(now_ns, {entries_of(bindings), entries_of(owners), no_entries});
}

void Play::hear(Tap tap, const Heard& heard) {
    Outcome outcome;
    policy.hear(tap, heard, outcome);
    take(outcome);
}

void Play::take(const Outcome& outcome) {
    kernel.apply(outcome.operations);
    kernel.check(now_ns);
    EXPECT_TRUE(kernel.complaints().empty()) << kernel.complaints().front();
    probes.insert(probes.end(), outcome.probes.begin(), outcome.probes.end());
    heard_notices.insert(heard_notices.end(), outcome.notices.begin(), outcome.notices.end());
    failures.insert(failures.end(), outcome.failures.begin(), outcome.failures.end());
}

std::vector<std::string> Play::notices() {
    std::vector<std::string> lines;
    for (const auto& notice : heard_notices)
        lines.push_back(line_of(notice));
    heard_notices.clear();
    return lines;
}

std::vector<std::string> Play::bindings() const {
    std::vector<std::string> lines;
    for (const auto& [key, value] : kernel.bindings)
        lines.push_back(std::string(value.selector) + " " + state_name(value.state) + " " +
                        value.impi);
    return lines;
}

const gm_binding* Play::binding(const Phone& phone) const {
    const auto selector = make_selector(phone.at, forms(phone.at.address));
    const auto entry = kernel.bindings.find({selector.address, selector.port, selector.bits});
    return entry == kernel.bindings.end() ? nullptr : &entry->second;
}

bool Play::may_speak(const Phone& phone, const std::string& impu) const {
    const gm_binding* bound = binding(phone);
    return bound != nullptr && kernel.has_identity(hasher.identity(impu), bound->subscriber);
}

std::string Play::owner(const std::string& impu) const {
    const auto entry = kernel.owners.find(hasher.identity(impu));
    if (entry == kernel.owners.end() || entry->second.expires_ns == GM_OWNER_OVER)
        return "";
    for (const auto& [key, value] : kernel.bindings)
        if (value.subscriber == entry->second.subscriber)
            return value.selector;
    return "nobody";
}

} // namespace gmguard::binding
