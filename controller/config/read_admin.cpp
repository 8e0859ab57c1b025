// SPDX-License-Identifier: BSD-2-Clause
// Where the admin interface listens, and who may use it there. What comes by TCP has to say who it
// is, and a token is never sent in clear.
#include "base/loopback.hpp"
#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::config {
namespace {

using Kind = AdminListener::Kind;

constexpr std::size_t kSocketPath = 107; // sockaddr_un without its NUL
constexpr const char* kForms =
    "write \"unix:/run/gmguard/admin.sock\" or \"https://192.0.2.1:8480\"";

std::string read_path(Section& section, const char* key) {
    const auto path = section.text(key).value_or("");
    if (section.has(key) && !is_clean_path(path))
        section.problem_of(key, fmt::format("\"{}\" is no absolute path", path));
    return path;
}

// One or several: a string, or a list of them. With each, its place.
using Texts = std::vector<std::pair<std::string, std::string>>;
Texts read_listen(Section& section) {
    const toml::node* node = section.node("listen");
    if (!node)
        return {};
    if (const auto one = node->value_exact<std::string>())
        return {{*one, section.path("listen")}};
    Texts texts;
    for (auto& text : section.texts("listen"))
        texts.emplace_back(std::move(text),
                           fmt::format("{}[{}]", section.path("listen"), texts.size()));
    if (node->is_array() && node->as_array()->empty())
        section.problem_of("listen", "it listens nowhere", kForms);
    return texts;
}

void check_path(const std::string& path, const std::string& place, Notes& notes) {
    if (!is_clean_path(path))
        notes.problem_at(place, fmt::format("\"{}\" is no absolute path", path));
    else if (path.size() > kSocketPath)
        notes.problem_at(place,
                         fmt::format("the path of the socket is longer than {}", kSocketPath));
}

std::optional<AdminListener> read_tcp(std::string_view text) {
    const bool https = text.starts_with("https://");
    if (!https && !text.starts_with("http://"))
        return std::nullopt;
    text.remove_prefix(text.find("//") + 2);
    if (text.ends_with('/'))
        text.remove_suffix(1);
    const auto at = Endpoint::parse(text);
    if (!at || at->port == 0)
        return std::nullopt;
    return AdminListener{https ? Kind::https : Kind::http, {}, *at};
}

std::optional<AdminListener> read_listener_at(const std::string& text, const std::string& place,
                                              Notes& notes) {
    constexpr std::string_view kUnix = "unix:";
    if (text.starts_with(kUnix)) {
        AdminListener local{Kind::local, text.substr(kUnix.size()), {}};
        check_path(local.path, place, notes);
        return local;
    }
    const auto tcp = read_tcp(text);
    if (!tcp)
        notes.problem_at(place, fmt::format("\"{}\" is neither a unix socket nor an address", text),
                         kForms);
    return tcp;
}

// A listener of TCP as the rest of the section lets it be.
void check_tcp(const AdminListener& listener, const Admin& admin, const std::string& place,
               Notes& notes) {
    if (listener.kind == Kind::http && !is_loopback(listener.at.address))
        notes.problem_at(place, fmt::format("{} would send tokens in clear", listener.text()),
                         "write https://, with certificate_file and key_file");
    else if (listener.kind == Kind::http && admin.token_file.empty())
        notes.problem_at(place, fmt::format("anybody could use {}", listener.text()),
                         "give a token_file; `gmguard token new NAME` makes a token");
    if (listener.kind != Kind::https)
        return;
    if (admin.certificate_file.empty() || admin.key_file.empty())
        notes.problem_at(place, fmt::format("{} has no certificate", listener.text()),
                         "give certificate_file and key_file");
    if (admin.token_file.empty() && admin.client_ca_file.empty())
        notes.problem_at(place, fmt::format("anybody could use {}", listener.text()),
                         "give a token_file, or a client_ca_file whose certificates clients show");
}

void check_keys(Section& section, const Admin& admin) {
    const auto is_https = [](const AdminListener& each) { return each.kind == Kind::https; };
    const bool https = std::ranges::any_of(admin.listeners, is_https);
    for (const char* key : {"certificate_file", "key_file", "client_ca_file"})
        if (section.has(key) && !https)
            section.problem_of(key, fmt::format("{} is of no use without an https listener", key),
                               kForms);
    for (const char* key : {"crl_file", "client_admins", "client_viewers"})
        if (section.has(key) && admin.client_ca_file.empty())
            section.problem_of(key, fmt::format("{} is of no use without client_ca_file", key));
}

} // namespace

Admin read_admin(Section section) {
    Admin admin;
    const Texts texts = read_listen(section);
    admin.token_file = read_path(section, "token_file");
    admin.certificate_file = read_path(section, "certificate_file");
    admin.key_file = read_path(section, "key_file");
    admin.client_ca_file = read_path(section, "client_ca_file");
    admin.crl_file = read_path(section, "crl_file");
    admin.client_admins = section.texts("client_admins");
    admin.client_viewers = section.texts("client_viewers");
    admin.names = section.texts("names");
    admin.lease_feed = section.flag("lease_feed").value_or(false);
    section.finish();
    if (!texts.empty())
        admin.listeners.clear();
    for (const auto& [text, place] : texts) {
        const auto listener = read_listener_at(text, place, section.notes());
        if (!listener)
            continue;
        if (std::ranges::find(admin.listeners, *listener) != admin.listeners.end())
            section.notes().problem_at(place, fmt::format("{} is given twice", text));
        check_tcp(*listener, admin, place, section.notes());
        admin.listeners.push_back(*listener);
    }
    check_keys(section, admin);
    return admin;
}

} // namespace gmguard::config
