// SPDX-License-Identifier: BSD-2-Clause
#include "replay/finding.hpp"
#include "replay/utf8.hpp"

#include "config/words.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <ctime>

namespace gmguard::replay {
namespace {

namespace json = boost::json;

json::value text_or_null(std::string_view text) {
    if (text.empty())
        return nullptr;
    return json::string(to_utf8(text));
}

template <typename T> json::value or_null(const std::optional<T>& value) {
    if (!value)
        return nullptr;
    return json::value_from(*value);
}

// An identity is scheme, user and host; where it is reached is none of its business.
json::value identity(const std::optional<sip::Uri>& uri) {
    if (!uri)
        return nullptr;
    const std::string_view text = uri->text;
    return text_or_null(uri->port ? text.substr(0, text.rfind(':')) : text);
}

json::value contact(const sip::Message& message) {
    if (message.contacts.empty())
        return nullptr;
    const sip::Contact& first = message.contacts.front();
    if (!first.star && first.uri.host.empty())
        return nullptr;
    return json::object{{"host", first.star ? "*" : to_utf8(first.uri.host)},
                        {"port", or_null(first.uri.port)}};
}

// The header counts for all Contacts; a Contact's own parameter stands in where there is none.
json::value expires(const sip::Message& message) {
    if (message.expires || message.contacts.empty())
        return or_null(message.expires);
    return or_null(message.contacts.front().expires);
}

std::string_view presence(const std::optional<sip::Text>& parameter) {
    if (!parameter)
        return "absent";
    return parameter->empty() ? "empty" : "present";
}

json::value mechanism(const sip::SecurityMechanism& m) {
    return json::object{{"mechanism", text_or_null(m.mechanism)},
                        {"alg", text_or_null(m.alg)},
                        {"ealg", text_or_null(m.ealg)},
                        {"spi_c", or_null(m.spi_c)},
                        {"spi_s", or_null(m.spi_s)},
                        {"port_c", or_null(m.port_c)},
                        {"port_s", or_null(m.port_s)}};
}

json::value mechanisms(const std::vector<sip::SecurityMechanism>& list) {
    if (list.empty())
        return nullptr;
    json::array out;
    for (const auto& each : list)
        out.push_back(mechanism(each));
    return out;
}

json::value message_class(const sip::Message& message) {
    if (!message.register_class)
        return nullptr;
    return json::string(sip::name(*message.register_class));
}

void add_identities(json::object& out, const sip::Message& message) {
    const auto& digest = message.authorization;
    out["impi"] = digest && digest->username ? json::value(to_utf8(*digest->username)) : nullptr;
    out["impu"] = identity(message.to);
    out["from"] = identity(message.from);
    out["contact"] = contact(message);
    out["contacts"] = message.contacts.size();
}

void add_digest(json::object& out, const sip::Message& message) {
    const sip::Digest digest = message.authorization.value_or(sip::Digest{});
    out["nonce"] = presence(digest.nonce);
    out["response"] = presence(digest.response);
    out["auts"] = digest.auts && !digest.auts->empty();
}

json::value sip_object(const std::optional<sip::Message>& message) {
    if (!message)
        return nullptr;
    json::object out;
    out["kind"] = message->request ? "request" : "response";
    out["method"] = message->request ? text_or_null(message->method) : nullptr;
    out["status"] = message->request ? json::value(nullptr) : json::value(message->status);
    out["class"] = message_class(*message);
    add_identities(out, *message);
    out["call_id"] = text_or_null(message->call_id);
    out["cseq"] = or_null(message->cseq);
    out["expires"] = expires(*message);
    add_digest(out, *message);
    out["security_client"] = mechanisms(message->security_client);
    return out;
}

// ESP where that is all that can be told, or else what is in it.
std::string_view protocol(const Finding& finding) {
    if (finding.esp && finding.esp->encrypted.value_or(true))
        return "esp";
    return finding.protocol == GM_TCP ? "tcp" : "udp";
}

json::object object(const Finding& finding) {
    const Judgement& judgement = finding.judgement;
    json::object out;
    out["frame"] = finding.frame;
    out["time"] = utc(finding.time_ns);
    out["hook"] = name(finding.hook);
    out["src"] = finding.source.text();
    out["sport"] = or_null(finding.source_port);
    out["dst"] = finding.destination.text();
    out["dport"] = or_null(finding.destination_port);
    out["proto"] = protocol(finding);
    if (finding.esp) {
        out["spi"] = or_null(finding.esp->spi);
        out["encrypted"] = or_null(finding.esp->encrypted);
    }
    out["verdict"] = name(judgement.verdict);
    out["reason"] = judgement.verdict == GM_VERDICT_PASS ? json::value(nullptr)
                                                         : json::value(name(judgement.reason));
    out["sip"] = sip_object(finding.sip);
    return out;
}

json::object object(const CheckResult& result) {
    return {{"check", config::word(result.check)},
            {"mode", config::word(result.mode)},
            {"outcome", name(result.outcome)},
            {"reason", result.reason ? json::value(name(result.reason)) : nullptr},
            {"detail", text_or_null(result.detail)}};
}

} // namespace

std::string json(const Finding& finding) {
    return json::serialize(object(finding));
}

std::string json(const Explanation& explanation) {
    json::object out = object(explanation.finding);
    json::array checks;
    for (const CheckResult& each : explanation.checks)
        checks.push_back(object(each));
    out["checks"] = std::move(checks);
    return json::serialize(out);
}

std::string utc(std::uint64_t time_ns) {
    const auto seconds = static_cast<std::time_t>(time_ns / 1'000'000'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       time_ns % 1'000'000'000 / 1000);
}

} // namespace gmguard::replay
