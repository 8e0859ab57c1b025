// SPDX-License-Identifier: BSD-2-Clause
#include "unit/binding/steps.hpp"

#include "harness/kept.hpp"

namespace gmguard::binding {

sip::Uri uri(const std::string& text) {
    sip::Uri uri;
    uri.text = test::kept(text);
    const auto colon = text.find(':');
    const auto at = text.find('@');
    uri.scheme = test::kept(text.substr(0, colon));
    uri.user = test::kept(text.substr(colon + 1, at == std::string::npos ? at : at - colon - 1));
    uri.host = test::kept(at == std::string::npos ? "" : text.substr(at + 1));
    return uri;
}

sip::Contact contact(const Endpoint& at, std::optional<std::uint32_t> expires) {
    sip::Contact contact;
    contact.uri.text = test::kept("sip:ue@" + at.text());
    contact.uri.scheme = "sip";
    contact.uri.user = "ue";
    contact.uri.host = test::kept(at.address.text());
    contact.uri.address = at.address;
    contact.uri.port = at.port;
    contact.expires = expires;
    return contact;
}

Change own_branch(const std::string& branch) {
    return [=](Heard& h) { h.message.vias.front().branch = test::kept(branch); };
}

Change own_host(const std::string& host) {
    return [=](Heard& h) { h.message.vias.front().host = test::kept(host); };
}

Change without_via(std::size_t place) {
    return [=](Heard& h) {
        h.message.vias.erase(h.message.vias.begin() + static_cast<std::ptrdiff_t>(place));
    };
}

Change extra_via(std::size_t place, const std::string& host) {
    return [=](Heard& h) {
        sip::Via via;
        via.transport = "UDP";
        via.host = test::kept(host);
        via.branch = "z9hG4bKextra";
        h.message.vias.insert(h.message.vias.begin() + static_cast<std::ptrdiff_t>(place), via);
    };
}

Change phone_branch(const std::string& branch) {
    return [=](Heard& h) { h.message.vias.back().branch = test::kept(branch); };
}

Change received(const std::string& address) {
    return [=](Heard& h) { h.message.vias.back().received = Address::parse(address); };
}

Change to(const std::string& text) {
    return [=](Heard& h) { h.message.to = uri(text); };
}

Change destination(const std::string& endpoint) {
    return [=](Heard& h) { h.destination = *Endpoint::parse(endpoint); };
}

Change source(const std::string& endpoint) {
    return [=](Heard& h) { h.source = *Endpoint::parse(endpoint); };
}

Change user(const std::string& impi) {
    return [=](Heard& h) { h.message.authorization->username = test::kept(impi); };
}

Change no_authorization() {
    return [](Heard& h) { h.message.authorization.reset(); };
}

Change nonce(const std::string& nonce) {
    return [=](Heard& h) {
        auto& digest = h.message.request ? h.message.authorization : h.message.challenge;
        digest->nonce = test::kept(nonce);
    };
}

Change expiry(std::uint32_t seconds) {
    return [=](Heard& h) {
        for (auto& contact : h.message.contacts)
            contact.expires = seconds;
    };
}

Change expires_header(std::uint32_t seconds) {
    return [=](Heard& h) {
        h.message.expires = seconds;
        for (auto& contact : h.message.contacts)
            contact.expires.reset();
    };
}

Change no_contacts() {
    return [](Heard& h) { h.message.contacts.clear(); };
}

Change star() {
    return [](Heard& h) {
        h.message.contacts.assign(1, sip::Contact{});
        h.message.contacts.front().star = true;
        h.message.expires = 0;
    };
}

Change contacts(std::vector<sip::Contact> all) {
    return [all = std::move(all)](Heard& h) { h.message.contacts = all; };
}

Change associated(const std::vector<std::string>& uris) {
    return [=](Heard& h) {
        h.message.associated_uris.clear();
        for (const auto& text : uris)
            h.message.associated_uris.push_back(uri(text));
    };
}

Change same_ids_as(const sip::Message& other) {
    return [other](Heard& h) {
        h.message.call_id = other.call_id;
        h.message.cseq = other.cseq;
        h.message.from_tag = other.from_tag;
        h.message.vias = other.vias;
    };
}

} // namespace gmguard::binding
