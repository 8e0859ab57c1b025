// SPDX-License-Identifier: BSD-2-Clause
#include "sip/message.hpp"

#include "sip/scan.hpp"
#include "sip/tokens.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

namespace gmguard::sip {
namespace {

constexpr std::array<std::string_view, GM_REASON_COUNT> kReasonNames = {"none",
#define GM_REASON_NAME(number, name, check, when, text) #name,
                                                                        GM_REASONS(GM_REASON_NAME)
#undef GM_REASON_NAME
};

// Header names that a message has once at most, as the kernel programs hold it.
constexpr std::array kOnce{GM_H_FROM,         GM_H_TO,      GM_H_CALL_ID, GM_H_CSEQ,
                           GM_H_MAX_FORWARDS, GM_H_EXPIRES, GM_H_EVENT,   GM_H_CONTENT_LENGTH,
                           GM_H_AUTHORIZATION};

// "host", "host:port", "[v6]:port"
void read_sent_by(std::string_view text, Via& via) {
    const auto bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == std::string_view::npos)
        return;
    const auto colon = text.find(':', bracket);
    std::string_view host = trim(text.substr(0, colon));
    if (bracket != 0)
        host = host.substr(1, bracket - 1);
    if (colon != std::string_view::npos)
        via.port = parse_number<std::uint16_t>(trim(text.substr(colon + 1))).value_or(0);
    via.host = Text::of(host);
}

void read_via_parameter(std::string_view text, Via& via) {
    const Parameter parameter = parse_parameter(text);
    if (parameter.is("branch"))
        via.branch = Text::of(parameter.value);
    else if (parameter.is("rport"))
        via.rport = parse_number<std::uint16_t>(parameter.value);
    else if (parameter.is("received"))
        via.received =
            Address::parse(parameter.value.starts_with('[') && parameter.value.ends_with(']')
                               ? parameter.value.substr(1, parameter.value.size() - 2)
                               : parameter.value);
}

// "SIP/2.0/UDP sent-by;branch=..."; one that cannot be read is empty, but there: its place in the
// list counts.
Via read_via(std::string_view text) {
    Via via;
    Parts parts(text, ';');
    const std::string_view head = parts.next().value_or(text);
    const auto slash = head.rfind('/');
    if (slash == std::string_view::npos)
        return via;
    const std::string_view rest = trim(head.substr(slash + 1));
    const auto blank = std::min(rest.find_first_of(" \t"), rest.size());
    via.transport = Text::of(rest.substr(0, blank));
    read_sent_by(trim(rest.substr(blank)), via);
    while (const auto part = parts.next())
        read_via_parameter(*part, via);
    return via;
}

void read_vias(const Scan& scan, std::vector<Via>& vias) {
    scan.each(GM_H_VIA, [&](Span span) {
        const std::string_view value = scan.line(scan.text(span));
        Parts parts(value, ',');
        while (const auto part = parts.next())
            vias.push_back(read_via(*part));
        if (value.empty())
            vias.emplace_back();
    });
}

void read_mechanism_parameter(std::string_view text, SecurityMechanism& mechanism) {
    const Parameter parameter = parse_parameter(text);
    const auto is = [&](std::string_view name) { return parameter.is(name); };
    if (is("alg"))
        mechanism.alg = parameter.value;
    else if (is("ealg"))
        mechanism.ealg = parameter.value;
    else if (is("prot"))
        mechanism.prot = parameter.value;
    else if (is("mod"))
        mechanism.mod = parameter.value;
    else if (is("spi-c"))
        mechanism.spi_c = parse_number<std::uint32_t>(parameter.value);
    else if (is("spi-s"))
        mechanism.spi_s = parse_number<std::uint32_t>(parameter.value);
    else if (is("port-c"))
        mechanism.port_c = parse_number<std::uint16_t>(parameter.value);
    else if (is("port-s"))
        mechanism.port_s = parse_number<std::uint16_t>(parameter.value);
}

void read_mechanisms(const Scan& scan, gm_header header,
                     std::vector<SecurityMechanism>& mechanisms) {
    scan.each(header, [&](Span span) {
        Parts list(scan.line(scan.text(span)), ',');
        while (const auto one = list.next()) {
            Parts parts(*one, ';');
            const auto name = parts.next();
            if (!name)
                continue;
            SecurityMechanism& mechanism = mechanisms.emplace_back();
            mechanism.mechanism = *name;
            while (const auto parameter = parts.next())
                read_mechanism_parameter(*parameter, mechanism);
        }
    });
}

void read_uris(Scan& scan, gm_header header, std::vector<Uri>& uris) {
    scan.each(header, [&](Span span) {
        scan.each_name_addr(span, [&](const NameAddr& value) {
            if (!value.star && !scan.read_uri(value.uri, uris.emplace_back()))
                uris.pop_back();
        });
    });
}

void read_contacts(Scan& scan, std::vector<Contact>& contacts) {
    scan.each(GM_H_CONTACT, [&](Span span) {
        scan.each_name_addr(span, [&](const NameAddr& value) {
            Contact& contact = contacts.emplace_back();
            contact.star = value.star;
            contact.expires = value.expires;
            if (!value.star && !scan.read_uri(value.uri, contact.uri))
                contacts.pop_back();
        });
    });
}

// From or To: one name-addr. Without `uri` its tag alone.
void read_party(Scan& scan, gm_header header, std::optional<Uri>* uri, Text& tag) {
    if (scan.count(header) == 0)
        return;
    unsigned many = 0;
    scan.each_name_addr(scan.sip().first[header], [&](const NameAddr& value) {
        if (++many > 1)
            return;
        tag = Text::of(value.tag);
        if (uri != nullptr && (value.star || !scan.read_uri(value.uri, uri->emplace())))
            uri->reset();
    });
    if (many == 1)
        return;
    if (uri != nullptr)
        uri->reset();
    tag = {};
}

void read_cseq(const Scan& scan, Message& message) {
    const std::string_view value = scan.line(scan.first(GM_H_CSEQ));
    const auto blank = value.find_first_of(" \t");
    if (blank == std::string_view::npos)
        return;
    message.cseq = parse_number<std::uint32_t>(value.substr(0, blank));
    message.cseq_method = Text::of(trim(value.substr(blank)));
}

// Parameters that count for a registration.
constexpr std::uint32_t kOfUser = 1U << GM_D_USERNAME | 1U << GM_D_NONCE;
constexpr std::uint32_t kOfChallenge = 1U << GM_D_REALM | 1U << GM_D_NONCE | 1U << GM_D_ALGORITHM;
constexpr std::uint32_t kAll = ~0U;

// The first challenge of scheme Digest; in its absence the first of all.
void read_challenge(Scan& scan, Message& message, std::uint32_t names) {
    scan.each(GM_H_WWW_AUTHENTICATE, [&](Span span) {
        Digest digest;
        if (!scan.digest(span, digest, names))
            return;
        const bool better =
            equal_ignoring_case(digest.scheme, "Digest") &&
            (!message.challenge || !equal_ignoring_case(message.challenge->scheme, "Digest"));
        if (better || !message.challenge)
            message.challenge = std::move(digest);
    });
}

void read_authorization(Scan& scan, Message& message, std::uint32_t names) {
    if (scan.count(GM_H_AUTHORIZATION) == 0)
        return;
    const Span value = scan.sip().first[GM_H_AUTHORIZATION];
    if (!scan.digest(value, message.authorization.emplace(), names))
        message.authorization.reset();
}

RegisterClass class_of(const std::optional<Digest>& authorization) {
    const auto given = [](const std::optional<Text>& value) { return value && !value->empty(); };
    if (!authorization)
        return RegisterClass::initial;
    if (!equal_ignoring_case(authorization->scheme, "Digest"))
        return RegisterClass::other_scheme;
    if (given(authorization->auts))
        return RegisterClass::sync_failure;
    if (given(authorization->response))
        return RegisterClass::clear_response;
    return given(authorization->nonce) ? RegisterClass::network_auth_failure
                                       : RegisterClass::initial;
}

void read_start_line(Scan& scan, Message& message) {
    message.request = scan.sip().kind == GM_KIND_REQUEST;
    if (message.request) {
        message.method = Text::of(scan.text(scan.sip().method));
    } else {
        message.status = static_cast<int>(scan.sip().status);
        message.method = message.cseq_method;
    }
}

// What tells a transaction from others, and is asked for in it.
void read_transaction(Scan& scan, Message& message) {
    read_cseq(scan, message);
    read_start_line(scan, message);
    read_party(scan, GM_H_TO, &message.to, message.to_tag);
    message.call_id = Text::of(scan.line(scan.first(GM_H_CALL_ID)));
    read_vias(scan, message.vias);
    read_contacts(scan, message.contacts);
    message.expires = parse_number<std::uint32_t>(scan.first(GM_H_EXPIRES));
    read_uris(scan, GM_H_P_ASSOCIATED_URI, message.associated_uris);
}

void read_agreement(const Scan& scan, Message& message) {
    read_mechanisms(scan, GM_H_SECURITY_CLIENT, message.security_client);
    read_mechanisms(scan, GM_H_SECURITY_SERVER, message.security_server);
    read_mechanisms(scan, GM_H_SECURITY_VERIFY, message.security_verify);
}

void read_registration(Scan& scan, Message& message, Depth depth) {
    read_transaction(scan, message);
    read_party(scan, GM_H_FROM, nullptr, message.from_tag);
    read_authorization(scan, message, kOfUser);
    read_challenge(scan, message, kOfChallenge);
    if (depth != Depth::hop)
        read_agreement(scan, message);
    message.memory = scan.memory();
}

void read_message(Scan& scan, Message& message) {
    read_transaction(scan, message);
    if (message.request)
        message.request_uri = scan.uri(scan.sip().request_uri);
    read_party(scan, GM_H_FROM, &message.from, message.from_tag);
    read_authorization(scan, message, kAll);
    read_challenge(scan, message, kAll);
    if (message.request && message.method == "REGISTER")
        message.register_class = class_of(message.authorization);
    read_agreement(scan, message);
    read_uris(scan, GM_H_P_PREFERRED_IDENTITY, message.preferred_identities);
    read_uris(scan, GM_H_P_ASSERTED_IDENTITY, message.asserted_identities);
    read_uris(scan, GM_H_ROUTE, message.routes);
    const std::string_view event = scan.first(GM_H_EVENT);
    message.event = Text::of(trim(event.substr(0, event.find(';'))));
    message.memory = scan.memory();
}

// What of the message has two readings, or none, beyond its lines.
std::string_view doubt(const Scan& scan, const Message& message) {
    if (std::ranges::any_of(kOnce, [&](gm_header header) { return scan.count(header) > 1; }))
        return "a header that may be there once is there twice";
    if (scan.count(GM_H_AUTHORIZATION) != 0 && !message.authorization)
        return "Authorization has no single reading";
    return {};
}

// What stands against a message.
struct Objection {
    gm_reason reason = GM_REASON_none;
    std::string_view why; // in words
};

// Into an empty message, by read(scan); not_sip: it stays empty.
template <typename Read>
Objection read_into(Message& message, std::string_view payload, Scan::Views views, Read&& read) {
    if (payload.empty())
        return {GM_REASON_not_sip, "no start line of SIP"};
    // Kept, because it is larger than what the allocator has at hand.
    thread_local const auto room = std::make_unique<gm_work>();
    Scan scan(*room, payload, views);
    if (scan.reason() == GM_REASON_not_sip)
        return {GM_REASON_not_sip, "no start line of SIP"};
    read(scan);
    if (scan.reason() != GM_REASON_none)
        return {scan.reason(), "its header section has no single reading"};
    const std::string_view why = doubt(scan, message);
    return {why.empty() ? GM_REASON_none : GM_REASON_ambiguous, why};
}

Objection read_whole(Message& message, std::string_view payload) {
    return read_into(message, payload, Scan::Views::of_copy,
                     [&](Scan& scan) { read_message(scan, message); });
}

} // namespace

void Message::clear() {
    request = false;
    status = 0;
    for (Text* text : {&method, &from_tag, &to_tag, &call_id, &cseq_method, &event})
        text->clear();
    for (std::optional<Uri>* uri : {&request_uri, &from, &to})
        uri->reset();
    cseq.reset();
    expires.reset();
    authorization.reset();
    challenge.reset();
    register_class.reset();
    vias.clear();
    contacts.clear();
    for (auto* mechanisms : {&security_client, &security_server, &security_verify})
        mechanisms->clear();
    for (auto* uris : {&associated_uris, &preferred_identities, &asserted_identities, &routes})
        uris->clear();
    memory.reset();
}

std::string Message::impi() const {
    if (authorization && authorization->username && !authorization->username->empty())
        return authorization->username->string();
    if (!to || to->user.empty())
        return {};
    std::string impi = to->user.string();
    if (!to->host.empty())
        (impi += '@') += to->host.view();
    return impi;
}

std::optional<Reading> read(std::string_view payload) {
    std::optional<Reading> reading(std::in_place);
    const Objection objection = read_whole(reading->message, payload);
    if (objection.reason == GM_REASON_not_sip)
        return std::nullopt;
    reading->reason = objection.reason;
    reading->why = objection.why;
    return reading;
}

Result<> parse(std::string_view payload, Message& message) {
    message = {};
    const Objection objection = read_whole(message, payload);
    if (objection.reason == GM_REASON_none)
        return {};
    return fail(ErrorKind::invalid, "message",
                std::string(kReasonNames[objection.reason]) + ": " + std::string(objection.why));
}

Result<Message> parse(std::string_view payload) {
    Result<Message> message;
    if (auto parsed = parse(payload, *message); !parsed)
        return fail(std::move(parsed.error()));
    return message;
}

bool hear(std::string_view payload, Depth depth, Message& message) {
    message.clear();
    const Objection objection =
        read_into(message, payload, Scan::Views::of_payload,
                  [&](Scan& scan) { read_registration(scan, message, depth); });
    return objection.reason == GM_REASON_none;
}

int status_of(std::string_view payload) {
    constexpr std::string_view kVersion = "SIP/2.0 ";
    if (!payload.starts_with(kVersion))
        return 0;
    return parse_number<std::uint16_t>(payload.substr(kVersion.size(), 3)).value_or(0);
}

std::string_view name(RegisterClass c) {
    static constexpr std::array<std::string_view, 5> kNames{
        "initial", "network_auth_failure", "sync_failure", "clear_response", "other_scheme"};
    return kNames[std::to_underlying(c)];
}

} // namespace gmguard::sip
