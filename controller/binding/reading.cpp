// SPDX-License-Identifier: BSD-2-Clause
#include "binding/reading.hpp"

#include "binding/selector.hpp"

#include <algorithm>
#include <string>

namespace gmguard::binding {
namespace {

constexpr std::uint16_t kSipPort = 5060;

// What is hashed, part by part. Numbers are as long as their type, and no header has the 0 that
// ends a text: parts cannot run into each other. One at a time: all are in the same place.
class Key {
  public:
    Key() : bytes_(room()) { bytes_.clear(); }

    Key& text(std::string_view part) {
        bytes_.append(part) += '\0';
        return *this;
    }
    Key& lower(std::string_view part) {
        const auto begin = static_cast<std::ptrdiff_t>(bytes_.size());
        text(part);
        std::transform(bytes_.begin() + begin, bytes_.end(), bytes_.begin() + begin, [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        return *this;
    }
    template <typename T> Key& number(T part) {
        bytes_.append(reinterpret_cast<const char*>(&part), sizeof part);
        return *this;
    }
    [[nodiscard]] gm_u128 hash(const Hasher& hasher) const { return hasher.bytes(bytes_); }

  private:
    static std::string& room() {
        thread_local std::string room;
        return room;
    }

    std::string& bytes_;
};

std::uint64_t contact_key(const sip::Contact& contact, const Hasher& hasher) {
    const auto& uri = contact.uri;
    Key key;
    key.text(uri.user).lower(uri.address ? std::string_view{} : uri.host.view());
    key.number(uri.address.value_or(Address{}).value()).number(uri.port.value_or(kSipPort));
    return static_cast<std::uint64_t>(key.hash(hasher)) | 1;
}

bool lies_in(const sip::Contact& contact, const gm_selector& selector) {
    if (!contact.uri.address)
        return false;
    const Endpoint at{*contact.uri.address, contact.uri.port.value_or(kSipPort)};
    const gm_key_form form{selector.bits, selector.port != 0 ? 1U : 0U};
    return equal(make_selector(at, form), selector);
}

const sip::Contact* own_contact(const sip::Message& request, const gm_selector& sender) {
    for (const auto& contact : request.contacts)
        if (lies_in(contact, sender))
            return &contact;
    return request.contacts.size() == 1 ? &request.contacts.front() : nullptr;
}

Ask read_star(const sip::Message& request) {
    Ask ask;
    ask.all = request.contacts.size() == 1 && request.expires == 0U;
    ask.wish = ask.all ? Wish::remove : Wish::query;
    return ask;
}

} // namespace

Ask read_ask(const sip::Message& request, const gm_selector& sender,
             std::uint32_t default_expires_s, const Hasher& hasher) {
    if (std::ranges::any_of(request.contacts, &sip::Contact::star))
        return read_star(request);
    Ask ask;
    const sip::Contact* own = own_contact(request, sender);
    if (own == nullptr)
        return ask;
    ask.expires_s = own->expires.value_or(request.expires.value_or(default_expires_s));
    ask.wish = ask.expires_s == 0 ? Wish::remove : Wish::bind;
    ask.ours = lies_in(*own, sender);
    ask.contact = contact_key(*own, hasher);
    return ask;
}

ClientPorts client_ports(const sip::Message& message) {
    ClientPorts ports;
    for (const auto& each : message.security_client) {
        const ClientPorts these{each.port_c.value_or(0), each.port_s.value_or(0)};
        if (&each != &message.security_client.front() &&
            (these.port_c != ports.port_c || these.port_s != ports.port_s))
            return {};
        ports = these;
    }
    return ports;
}

Granted read_granted(const sip::Message& answer, const Ask& ask,
                     std::span<const std::uint64_t> contacts, const gm_selector& sender,
                     const Hasher& hasher) {
    Granted by_name;
    Granted by_place;
    for (const auto& contact : answer.contacts) {
        const std::uint32_t expires_s =
            contact.expires.value_or(answer.expires.value_or(ask.expires_s));
        const auto name = contact_key(contact, hasher);
        const bool named = std::ranges::find(contacts, name) != contacts.end();
        if (named)
            by_name = {true, std::max(by_name.expires_s, expires_s)};
        if (lies_in(contact, sender))
            by_place = {true, std::max(by_place.expires_s, expires_s)};
    }
    if (by_name.listed)
        return by_name;
    if (by_place.listed)
        return by_place;
    return {false, answer.expires.value_or(std::min(ask.expires_s, kLongestAsked))};
}

std::vector<Identity> read_identities(const sip::Message& answer, const Hasher& hasher) {
    std::vector<Identity> identities;
    const auto add = [&](const sip::Uri& uri) {
        const gm_u128 hash = hasher.identity(uri.text);
        const auto known = std::ranges::find(identities, hash, &Identity::hash);
        if (hash != 0 && known == identities.end())
            identities.push_back({hash, uri.text.string()});
    };
    for (const auto& uri : answer.associated_uris)
        add(uri);
    if (identities.empty() && answer.to)
        add(*answer.to);
    return identities;
}

gm_u128 transaction_key(const sip::Message& message, const sip::Via& phone, const Hasher& hasher) {
    Key key;
    key.text(message.call_id).number(message.cseq.value_or(0)).text(message.from_tag);
    key.text(phone.branch).lower(phone.host).number(phone.port);
    return key.hash(hasher);
}

gm_u128 via_key(const sip::Via& via, const Hasher& hasher) {
    Key key;
    key.lower(via.transport).lower(via.host).number(via.port).text(via.branch);
    return key.hash(hasher);
}

bool may_come_from(const sip::Via& phone, const Endpoint& source) {
    const auto address = phone.received ? phone.received : Address::parse(phone.host);
    if (address && *address != source.address)
        return false;
    return !phone.rport || *phone.rport == source.port;
}

} // namespace gmguard::binding
