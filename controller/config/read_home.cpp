// SPDX-License-Identifier: BSD-2-Clause
// The home network: its domains, and who is told of registrations that failed.
#include "base/loopback.hpp"
#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace gmguard::config {
namespace {

constexpr const char* kWebhook = "for example \"https://alarms.example:8443/gmguard\"";
constexpr std::string_view kHttp = "http://", kHttps = "https://";

bool is_label(std::string_view label) {
    const auto bad = [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::none_of(label, bad);
}

// REQUIRES: lower case.
bool is_domain(std::string_view domain) {
    if (domain.size() > GM_HOME_TEXT)
        return false;
    return std::ranges::all_of(std::views::split(domain, '.'), [](auto label) {
        return is_label(std::string_view(label.begin(), label.end()));
    });
}

std::string lower(std::string text) {
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

std::vector<std::string> read_domains(Section& section) {
    std::vector<std::string> domains;
    for (const auto& text : section.texts("domains")) {
        const auto domain = lower(text);
        const auto path = fmt::format("{}[{}]", section.path("domains"), domains.size());
        if (!is_domain(domain))
            section.notes().problem_at(path, fmt::format("\"{}\" is no domain", text),
                                       "for example \"ims.mnc001.mcc001.3gppnetwork.org\"");
        else if (std::ranges::find(domains, domain) != domains.end())
            section.notes().problem_at(path, fmt::format("{} is given twice", domain));
        domains.push_back(domain);
    }
    if (domains.size() > GM_HOMES)
        section.problem_of("domains",
                           fmt::format("{} home domains, more than {}", domains.size(), GM_HOMES));
    return domains;
}

// "sip:198.51.100.2:5060", or without its scheme.
std::optional<Endpoint> read_entry(Section& section) {
    constexpr std::string_view kSip = "sip:";
    const auto text = section.text("entry");
    if (!text)
        return std::nullopt;
    std::string_view at = *text;
    if (at.starts_with(kSip))
        at.remove_prefix(kSip.size());
    const auto entry = Endpoint::parse(at);
    if (entry && entry->port != 0)
        return entry;
    section.problem_of("entry", fmt::format("\"{}\" is no address with port", *text),
                       "for example \"sip:198.51.100.10:5060\"; a REGISTER goes there over UDP");
    return std::nullopt;
}

// What stands between scheme and path, with its port; empty where it is none.
std::string authority_of(std::string_view text, std::uint16_t port) {
    const auto bad = [](char c) { return c <= ' ' || c > '~' || c == '@' || c == '?' || c == '#'; };
    if (text.empty() || std::ranges::any_of(text, bad))
        return {};
    const auto digits = text.rfind(':') == std::string_view::npos || text.ends_with(']')
                            ? std::string_view{}
                            : text.substr(text.rfind(':') + 1);
    if (digits.empty() && text.ends_with(':'))
        return {};
    return digits.empty() ? fmt::format("{}:{}", text, port) : std::string(text);
}

Webhook read_url(Section& section, const std::string& text) {
    const bool https = text.starts_with(kHttps);
    const auto begin = https ? kHttps.size() : kHttp.size();
    const auto slash = std::min(text.find('/', begin), text.size());
    const auto authority =
        https || text.starts_with(kHttp)
            ? authority_of(std::string_view(text).substr(begin, slash - begin), https ? 443 : 80)
            : "";
    const auto target = slash == text.size() ? "/" : text.substr(slash);
    if (authority.empty() || target.find_first_of(" #\"") != std::string::npos ||
        !is_one_line(target)) {
        section.problem_of("webhook", fmt::format("\"{}\" is no http(s) URL", text), kWebhook);
        return {};
    }
    const auto at = Endpoint::parse(authority);
    if (!https && !(at && is_loopback(at->address)))
        section.problem_of("webhook", fmt::format("{} would send identities in clear", text),
                           "write https://; http is for a loopback address");
    return {fmt::format("{}{}", https ? kHttps : kHttp, authority), target, {}, {}};
}

Webhook read_webhook(Section& section) {
    const auto text = section.text("webhook");
    Webhook webhook = text ? read_url(section, *text) : Webhook{};
    const auto file = [&](const char* key) {
        const auto path = section.text(key).value_or("");
        if (section.has(key) && !is_clean_path(path))
            section.problem_of(key, fmt::format("\"{}\" is no absolute path", path));
        else if (section.has(key) && !text)
            section.problem_of(key, fmt::format("{} is of no use without webhook", key), kWebhook);
        return path;
    };
    webhook.ca_file = file("webhook_ca_file");
    webhook.token_file = file("webhook_token_file");
    return webhook;
}

} // namespace

Home read_home(Section section) {
    Home home;
    home.domains = read_domains(section);
    home.reports.entry = read_entry(section);
    home.reports.webhook = read_webhook(section);
    section.finish();
    return home;
}

} // namespace gmguard::config
